package dev.sluice.console.campaign;

import dev.sluice.console.reply.SentMessages;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.DamagedRecord;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.TopicFollower;
import dev.sluice.schema.Json;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.UnreadableEventException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results read straight from the topic, as rows are written in batches: counted for live views, and
 * to know which message a quick reply answers. The counts are only shown, and whom a reply is from
 * is found without it as well, so results may be missed while Kafka is unreachable, and all of it
 * starts over with each process.
 */
public final class FreshResults implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FreshResults.class);

  /**
   * Campaigns that are counted; beyond that, those that have been quiet for longest are dropped.
   */
  private static final int CAMPAIGNS = 2_000;

  /**
   * Views are read once a second, so results may be fetched a few times a second; otherwise each of
   * the workers' transactions, up to 50 a second, would cost a fetch.
   */
  private static final Map<String, Object> NEW_ONES_IN_BATCHES =
      Map.of(
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          "latest",
          ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
          1_000_000,
          ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
          250);

  private static final String COMPONENT = "fresh results";

  /**
   * Polls that end a notice although they bring nothing. Before that, the brokers may not have
   * answered yet: without Read only the fetch is refused.
   */
  private static final int QUIET_POLLS = 10;

  private final Health health;
  private final TopicFollower follower;
  private final TestResults tests = new TestResults();
  private final SentMessages sent = new SentMessages();
  private final Map<UUID, FreshCount> counts = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Instant completeSince;

  public FreshResults(KafkaConfig kafka, Health health, MeterRegistry meters) {
    this.health = health;
    follower =
        new TopicFollower(
            kafka,
            kafka.topics().sendResults(),
            NEW_ONES_IN_BATCHES,
            new Reader(),
            Machine.REAL,
            meters);
  }

  /** Returns the messages sent a second; null if that is not known. */
  @Nullable Double perSecond(UUID campaignId) {
    FreshCount count = find(campaignId);
    return count == null ? null : count.perSecond(Instant.now());
  }

  /** Returns the messages sent over time, as far as that is known. */
  SentOverTime.Steps sentOverTime(UUID campaignId) {
    FreshCount count = find(campaignId);
    return count == null ? SentOverTime.Steps.NONE : count.overTime();
  }

  /**
   * Returns the results that a row does not count yet, by status; null if there are none or that is
   * not known.
   */
  @Nullable Map<String, Long> unwritten(
      UUID campaignId,
      int round,
      @Nullable Instant startedAt,
      long total,
      Map<String, Long> rowsCounts) {
    FreshCount count = find(campaignId);
    return count == null ? null : count.unwritten(round, startedAt, total, rowsCounts);
  }

  /** Returns the results of test messages. */
  public TestResults tests() {
    return tests;
  }

  /** Returns the messages that were sent last. */
  public SentMessages sent() {
    return sent;
  }

  private @Nullable FreshCount find(UUID campaignId) {
    synchronized (counts) {
      return counts.get(campaignId);
    }
  }

  /** Reads the topic from its end. */
  private final class Reader implements TopicFollower.Reader {
    @Override
    public TopicFollower.Polled begin(
        Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
      countAnew();
      AtomicInteger polls = new AtomicInteger();
      return records -> {
        if (!records.isEmpty() || polls.incrementAndGet() == QUIET_POLLS) {
          health.noticeOver(COMPONENT);
        }
        records.forEach(record -> take(record.value()));
      };
    }

    @Override
    public void skipped(DamagedRecord record) {
      // The aggregator reports it.
      log.debug("skipped {}", record);
    }

    @Override
    public void failed(Throwable cause) {
      if (cause instanceof AuthorizationException) {
        health.notice(
            COMPONENT,
            "no live counts and no outcomes of test messages, as the results cannot be read: "
                + Reasons.of(cause));
      } else {
        // Kafka's probe reports whether Kafka can be reached.
        log.debug("cannot read the results", cause);
      }
    }
  }

  /** From now on nothing is missed; the counts so far have a gap. */
  private void countAnew() {
    synchronized (counts) {
      counts.clear();
      completeSince = Instant.now();
    }
  }

  private void take(byte @Nullable [] value) {
    try {
      SendResult result = Json.read(value, SendResult.class);
      if (result.isForTest()) {
        tests.add(result);
      } else {
        count(result.campaignId()).add(result);
        sent.add(result);
      }
    } catch (UnreadableEventException e) {
      // The aggregator sends it to the dead letters.
      log.debug("an unreadable result: {}", e.getMessage());
    }
  }

  private FreshCount count(UUID campaignId) {
    synchronized (counts) {
      FreshCount known = counts.get(campaignId);
      if (known != null) {
        return known;
      }
      Instant now = Instant.now();
      FreshCount count = new FreshCount(completeSince == null ? now : completeSince);
      counts.put(campaignId, count);
      if (counts.size() > CAMPAIGNS) {
        counts.remove(counts.keySet().iterator().next());
        // The dropped campaign may come back, and its count is not complete then.
        completeSince = now;
      }
      return count;
    }
  }

  @Override
  public void close() {
    follower.close();
  }
}
