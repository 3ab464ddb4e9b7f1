package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.UnreadableEventException;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which campaigns and senders may send now: the whole compacted topic {@code controls}, read in the
 * background. The view is incomplete until the topic has been read to its end once.
 */
public final class ControlsView implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlsView.class);
  private static final Control RUNNING = new Control(Control.State.RUNNING, null);

  private record Entry(Control control, long sinceNanos, Instant at) {}

  private final String topic;
  private final Health health;
  private final Ticker ticker;
  private final Map<String, Entry> newest = new ConcurrentHashMap<>();
  private final Map<String, Control> probing = new ConcurrentHashMap<>();
  private final Set<String> blocked = ConcurrentHashMap.newKeySet();
  private final AtomicLong version = new AtomicLong();
  private final SkippedRecords skipped;
  private final TopicFollower follower;
  private volatile boolean complete;

  /** Starts reading. Retries while Kafka is unreachable and reports that to {@code health}. */
  public ControlsView(KafkaConfig kafka, Health health, MeterRegistry meters) {
    this(kafka, health, meters, Machine.REAL);
  }

  /** Starts reading on a given machine. */
  public ControlsView(KafkaConfig kafka, Health health, MeterRegistry meters, Machine machine) {
    this.health = health;
    topic = kafka.topics().controls();
    ticker = machine.ticker();
    skipped = new SkippedRecords(List.of(topic), health, meters);
    health.starting("controls");
    follower =
        new TopicFollower(
            kafka,
            topic,
            Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100"),
            new Reader(),
            machine,
            meters);
  }

  /** Returns whether the topic has been read to its end. */
  public boolean complete() {
    return complete;
  }

  /**
   * Returns the state that applies to a message: the stricter of its campaign's and its sender's.
   */
  public Control.State state(UUID campaignId, String senderId) {
    Control.State campaign = state(Control.campaignKey(campaignId));
    Control.State sender = state(Control.senderKey(senderId));
    return campaign.compareTo(sender) >= 0 ? campaign : sender;
  }

  private Control.State state(String key) {
    return find(key).state();
  }

  /** Returns the control of a key of the topic; running if it has none. */
  public Control find(String key) {
    Entry entry = newest.get(key);
    return entry == null ? RUNNING : entry.control();
  }

  /** Returns the control of a campaign. */
  public Control campaign(UUID campaignId) {
    return find(Control.campaignKey(campaignId));
  }

  /** Returns the control of a sender. */
  public Control sender(String senderId) {
    return find(Control.senderKey(senderId));
  }

  /**
   * Applies a control that this service has just written, before it is read back from Kafka, unless
   * a newer one has been read since.
   *
   * @param decidedNanos when it was decided, by the ticker
   */
  public synchronized void expect(String key, Control control, long decidedNanos) {
    Entry before = newest.get(key);
    if (before == null || decidedNanos - before.sinceNanos() > 0) {
      put(key, control, ticker.now());
    }
  }

  private void put(String key, Control control, Instant at) {
    Entry before = newest.get(key);
    if (before != null && before.control().equals(control)) {
      // Keep the time it was first seen: what this service writes also comes back from Kafka.
      newest.put(key, new Entry(control, before.sinceNanos(), at));
      return;
    }
    newest.put(key, new Entry(control, ticker.nanoTime(), at));
    changed(key, control);
  }

  private void changed(String key, @Nullable Control control) {
    Control.senderOf(key)
        .ifPresent(sender -> {
          if (control == null || control.state() != Control.State.BLOCKED) {
            blocked.remove(sender);
            probing.remove(sender);
            return;
          }
          blocked.add(sender);
          if (control.endsByItself()) {
            probing.put(sender, control);
          } else {
            probing.remove(sender);
          }
        });
    version.incrementAndGet();
  }

  /** Returns a number that changes whenever a control does. */
  public long version() {
    return version.get();
  }

  /** Returns a view of the senders that are blocked until their providers answer again. */
  public Map<String, Control> probing() {
    return Collections.unmodifiableMap(probing);
  }

  /** Returns the blocked senders. */
  public Set<String> blocked() {
    return Set.copyOf(blocked);
  }

  /** Returns the number of blocked senders. */
  public int blockedSenders() {
    return blocked.size();
  }

  /** Returns how long a key's control has applied, as seen by this process. */
  public Duration age(String key) {
    Entry entry = newest.get(key);
    return entry == null ? Duration.ZERO : Duration.ofNanos(ticker.nanoTime() - entry.sinceNanos());
  }

  /**
   * Returns whether the current control already applied at this time. An event that began earlier
   * must not change it, because an operator may have changed it since.
   */
  public boolean appliedAt(String key, long nanos) {
    Entry entry = newest.get(key);
    return entry == null || nanos - entry.sinceNanos() > 0;
  }

  /** Returns when a key's control was written; empty if there is none. */
  public Optional<Instant> writtenAt(String key) {
    return Optional.ofNullable(newest.get(key)).map(Entry::at);
  }

  /** Reads the topic from its beginning. */
  private final class Reader implements TopicFollower.Reader {
    @Override
    public TopicFollower.Polled begin(
        Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
      consumer.seekToBeginning(partitions);
      return new CatchUp(consumer, consumer.endOffsets(partitions));
    }

    @Override
    public void skipped(DamagedRecord record) {
      skipped.add(record);
    }

    @Override
    public void failed(Throwable cause) {
      health.failing("controls", "cannot read " + topic + ": " + Reasons.of(cause));
    }
  }

  /**
   * Collects controls up to the topic's end and applies only the newest of each key there;
   * otherwise older ones would apply again for a moment.
   */
  private final class CatchUp implements TopicFollower.Polled {
    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> ends;
    private final Map<String, ConsumerRecord<byte[], byte[]>> behind = new LinkedHashMap<>();
    private boolean caughtUp;

    CatchUp(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
      this.consumer = consumer;
      this.ends = ends;
    }

    @Override
    public void take(ConsumerRecords<byte[], byte[]> records) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.key() != null && caughtUp) {
          apply(key(record), record);
        } else if (record.key() != null) {
          behind.put(key(record), record);
        }
      }
      if (!caughtUp
          && ends.entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        behind.forEach(ControlsView.this::apply);
        behind.clear();
        caughtUp = true;
        complete = true;
        health.working("controls");
      }
    }
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private synchronized void apply(String key, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      newest.remove(key);
      changed(key, null);
      return;
    }
    try {
      put(key, Json.read(record.value(), Control.class), Instant.ofEpochMilli(record.timestamp()));
    } catch (UnreadableEventException e) {
      // The producer writes it to the dead letters.
      log.debug("control {} at offset {} is unreadable: {}", key, record.offset(), e.getMessage());
    }
  }

  @Override
  public void close() {
    follower.close();
  }
}
