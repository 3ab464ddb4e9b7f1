package dev.sluice.console.notification;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.ConsumerLoop;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.SkippedRecords;
import dev.sluice.runtime.kafka.TolerantPoll;
import dev.sluice.schema.Reasons;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts campaigns' events to another program, in their order and at least once. An event is done
 * when it is posted or given up, and only then committed and the next one begun; until then all
 * others wait in the topic. It has its own thread, and one connection.
 */
public final class Notifications implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Notifications.class);

  private static final String COMPONENT = "webhook out";
  private static final String READING = "webhook out, reading";

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(3);

  /**
   * Polls that end a notice although they bring nothing. Before that, the brokers may not have
   * answered yet: without Read only the fetch is refused.
   */
  private static final int QUIET_POLLS = 10;

  private final String topic;
  private final Destination destination;
  private final Health health;
  private final Machine machine;
  private final Ticker ticker;
  private final NotificationMeters meters;
  private final SkippedRecords skipped;
  private final Poster poster;
  private final ConsumerLoop loop;
  private volatile @Nullable Instant oldest;
  private volatile boolean closing;

  /** Starts. Of the consoles of a cluster, one at a time posts. */
  public Notifications(
      KafkaConfig kafka, Destination destination, Health health, MeterRegistry registry) {
    this(kafka, destination, health, registry, Machine.REAL);
  }

  Notifications(
      KafkaConfig kafka,
      Destination destination,
      Health health,
      MeterRegistry registry,
      Machine machine) {
    this.destination = destination;
    this.health = health;
    this.machine = machine;
    topic = kafka.topics().campaignEvents();
    ticker = machine.ticker();
    meters = new NotificationMeters(registry);
    meters.waiting(this, Notifications::waitingSeconds);
    skipped = new SkippedRecords(List.of(topic), health, registry);
    poster = new Poster(destination, ticker);
    loop =
        new ConsumerLoop(
            COMPONENT,
            kafka,
            Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                kafka.topics().webhookOutGroup(),
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                // It is the migration that creates it.
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                // If the next one has expired, with the first that has not.
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest"),
            new Work(),
            machine,
            registry);
  }

  private double waitingSeconds() {
    Instant since = oldest;
    return since == null
        ? 0
        : Math.max(0, Duration.between(since, ticker.now()).toMillis() / 1_000.0);
  }

  private final class Work implements ConsumerLoop.Work {
    @Override
    public Runnable begin(Consumer<byte[], byte[]> consumer) {
      Posting posting = new Posting(consumer);
      consumer.subscribe(List.of(topic), posting);
      return posting;
    }

    @Override
    public void failed(Throwable cause) {
      health.notice(READING, "cannot read " + topic + ": " + Reasons.of(cause));
    }
  }

  /** The posting of the events that one consumer reads. */
  private final class Posting implements Runnable, ConsumerRebalanceListener {
    private final Consumer<byte[], byte[]> consumer;
    private final TolerantPoll<byte[], byte[]> poll;
    private final Deque<ConsumerRecord<byte[], byte[]>> events = new ArrayDeque<>();

    /** That of the first event, once begun. */
    private @Nullable Delivery delivery;

    private int polls;

    Posting(Consumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
      poll = new TolerantPoll<>(consumer, consumer::poll, skipped::add, ticker);
    }

    @Override
    public void run() {
      poll();
      ConsumerRecord<byte[], byte[]> first = events.peek();
      if (first == null) {
        oldest = null;
        return;
      }
      oldest = Instant.ofEpochMilli(first.timestamp());
      if (delivery == null) {
        delivery = begin(first);
      }
      if (delivery == null || isDone(delivery)) {
        finish(first);
      }
    }

    /** Polls even while nothing more is wanted, to stay in the group. */
    private void poll() {
      if (events.isEmpty()) {
        consumer.resume(consumer.paused());
      } else {
        consumer.pause(consumer.assignment());
      }
      ConsumerRecords<byte[], byte[]> polled = poll.poll(patience(ticker.nanoTime()));
      polls++;
      if (!polled.isEmpty() || polls == QUIET_POLLS) {
        health.noticeOver(READING);
      }
      polled.forEach(events::add);
    }

    private Duration patience(long now) {
      if (events.isEmpty()) {
        return POLL;
      }
      Duration due = delivery == null ? Duration.ZERO : delivery.untilDue(now);
      if (due.isNegative()) {
        return Duration.ZERO;
      }
      return due.compareTo(POLL) < 0 ? due : POLL;
    }

    /** Returns null if it is not to be posted. */
    private @Nullable Delivery begin(ConsumerRecord<byte[], byte[]> event) {
      try {
        Notification notification = Notification.of(event.value());
        long now = ticker.nanoTime();
        return destination.kinds().contains(notification.kind())
            ? new Delivery(notification, new Retries(machine.random(), now), now)
            : null;
      } catch (RuntimeException | StackOverflowError e) {
        // The other records must not wait for a faulty one.
        meters.unreadable.increment();
        log.warn("{}@{} skipped: not a campaign event: {}", topic, event.offset(), Reasons.of(e));
        return null;
      }
    }

    /** Posts it if it is due, and returns whether that was the last time. */
    private boolean isDone(Delivery due) {
      if (due.untilDue(ticker.nanoTime()).isPositive()) {
        return false;
      }
      Outcome outcome = poster.post(due.notification());
      long now = ticker.nanoTime();
      return switch (outcome) {
        case Outcome.Taken _ -> {
          meters.posted.increment();
          health.noticeOver(COMPONENT);
          log.info("{} is posted", due.notification());
          yield true;
        }
        case Outcome.Refused(String reason) ->
            !isTriedAgain(due, reason, due.retries().refused(now), now);
        case Outcome.Away(String reason, var asked) ->
            !isTriedAgain(due, reason, due.retries().away(asked, now), now);
      };
    }

    private boolean isTriedAgain(Delivery due, String reason, Optional<Duration> wait, long now) {
      if (closing) {
        return true;
      }
      meters.failed.increment();
      if (wait.isEmpty()) {
        meters.givenUp.increment();
        log.warn("{} is given up: {}", due.notification(), reason);
        health.noticeOver(COMPONENT);
        return false;
      }
      health.notice(
          COMPONENT,
          "%s does not take events, which wait in %s: %s"
              .formatted(destination.server(), topic, reason));
      due.rest(wait.get(), now);
      return true;
    }

    private void finish(ConsumerRecord<byte[], byte[]> event) {
      events.remove();
      delivery = null;
      try {
        consumer.commitSync(
            Map.of(
                new TopicPartition(event.topic(), event.partition()),
                new OffsetAndMetadata(event.offset() + 1)));
      } catch (RebalanceInProgressException | CommitFailedException e) {
        // The next owner of the partition posts it again.
        log.debug("the group changes", e);
      }
    }

    /** A new group begins with what happens from now on. */
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(new HashSet<>(partitions));
      List<TopicPartition> fresh =
          partitions.stream().filter(partition -> committed.get(partition) == null).toList();
      if (!fresh.isEmpty()) {
        consumer.seekToEnd(fresh);
        // At once: otherwise events would be lost if this console ended before the first one.
        consumer.commitSync(
            fresh.stream()
                .collect(
                    Collectors.toMap(
                        partition -> partition,
                        partition -> new OffsetAndMetadata(consumer.position(partition)))));
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      events.clear();
      delivery = null;
      oldest = null;
      if (!closing) {
        health.noticeOver(COMPONENT);
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    loop.close();
    poster.close();
    loop.awaitEnd(CLOSED_WITHIN);
  }
}
