package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.UnreadableEventException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether campaigns and senders may send now: the whole compacted topic {@code controls}, read in
 * the background. It is incomplete until it was read to its end once.
 */
public final class ControlsView implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlsView.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

  private static final Control RUNNING = new Control(Control.State.RUNNING, null);

  private record Entry(Control control, long sinceNanos, Instant at) {}

  private final KafkaConfig kafka;
  private final Health health;
  private final Ticker ticker;
  private final Map<String, Entry> newest = new ConcurrentHashMap<>();
  private final Map<String, Control> probing = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();
  private final Thread loop;
  private volatile boolean complete;
  private volatile boolean closing;
  private volatile @Nullable Consumer<byte[], byte[]> reader;

  /** Starts reading. It retries while Kafka is unreachable and reports that to {@code health}. */
  public ControlsView(KafkaConfig kafka, Health health) {
    this(kafka, health, Machine.REAL);
  }

  /** The same on a given machine. */
  public ControlsView(KafkaConfig kafka, Health health, Machine machine) {
    this.kafka = kafka;
    this.health = health;
    this.ticker = machine.ticker();
    health.starting("controls");
    loop = machine.threads().start(Thread.ofVirtual().name("controls"), this::run);
  }

  /** Whether the topic was read to its end. */
  public boolean complete() {
    return complete;
  }

  /** The state that applies to a message: the stricter of its campaign's and its sender's. */
  public Control.State state(UUID campaignId, String senderId) {
    Control.State campaign = state(Control.campaignKey(campaignId));
    Control.State sender = state(Control.senderKey(senderId));
    return campaign.compareTo(sender) >= 0 ? campaign : sender;
  }

  private Control.State state(String key) {
    return find(key).state();
  }

  /** The control of a key of the topic. */
  public Control find(String key) {
    Entry entry = newest.get(key);
    return entry == null ? RUNNING : entry.control();
  }

  /** The control of a campaign. */
  public Control campaign(UUID campaignId) {
    return find(Control.campaignKey(campaignId));
  }

  /** The control of a sender. */
  public Control sender(String senderId) {
    return find(Control.senderKey(senderId));
  }

  /**
   * Applies a control that was just written before it is read back from Kafka, unless a newer one
   * has been read since.
   *
   * @param decidedNanos when it was decided, by the ticker
   */
  public void expect(String key, Control control, long decidedNanos) {
    Entry before = newest.get(key);
    if (before == null || decidedNanos - before.sinceNanos() > 0) {
      put(key, control, ticker.now());
    }
  }

  private void put(String key, Control control, Instant at) {
    Entry before = newest.get(key);
    if (before != null && before.control().equals(control)) {
      // It applies since it was first seen: what this service wrote itself comes back from Kafka.
      newest.put(key, new Entry(control, before.sinceNanos(), at));
      return;
    }
    newest.put(key, new Entry(control, ticker.nanoTime(), at));
    changed(key, control);
  }

  private void changed(String key, @Nullable Control control) {
    Control.senderOf(key)
        .ifPresent(sender -> {
          if (control != null
              && control.state() == Control.State.BLOCKED
              && control.endsByItself()) {
            probing.put(sender, control);
          } else {
            probing.remove(sender);
          }
        });
    version.incrementAndGet();
  }

  /** Changes whenever a control does. */
  public long version() {
    return version.get();
  }

  /** The senders that are blocked until their providers answer again. */
  public Map<String, Control> probing() {
    return Map.copyOf(probing);
  }

  /** How many senders are blocked. */
  public long blockedSenders() {
    return newest.values().stream()
        .filter(entry -> entry.control().state() == Control.State.BLOCKED)
        .count();
  }

  /** How long a key's control has applied, as seen by this process. */
  public Duration age(String key) {
    Entry entry = newest.get(key);
    return entry == null ? Duration.ZERO : Duration.ofNanos(ticker.nanoTime() - entry.sinceNanos());
  }

  /**
   * Whether the current control applied at this time. An event that began earlier must not change
   * it, because people may have changed it since.
   */
  public boolean appliedAt(String key, long nanos) {
    Entry entry = newest.get(key);
    return entry == null || nanos - entry.sinceNanos() > 0;
  }

  /** When a key's control was written; empty if there is none. */
  public Optional<Instant> writtenAt(String key) {
    return Optional.ofNullable(newest.get(key)).map(Entry::at);
  }

  private void run() {
    while (!closing) {
      try (Consumer<byte[], byte[]> consumer = consumer()) {
        reader = consumer;
        follow(consumer);
      } catch (WakeupException e) {
        log.debug("closing", e);
      } catch (KafkaException | IllegalStateException e) {
        health.failing(
            "controls", "cannot read " + kafka.topics().controls() + ": " + Reasons.of(e));
        pause();
      } finally {
        reader = null;
      }
    }
  }

  private void pause() {
    try {
      ticker.sleep(AFTER_FAILURE);
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(kafka.topics().controls()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException("the topic does not exist (yet)");
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    // Applied at the end at once: on the way there, older controls would apply again for a moment.
    Map<String, ConsumerRecord<byte[], byte[]>> behind = new LinkedHashMap<>();
    boolean caughtUp = false;
    while (!closing) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
        if (record.key() != null && caughtUp) {
          take(key(record), record);
        } else if (record.key() != null) {
          behind.put(key(record), record);
        }
      }
      if (!caughtUp
          && ends.entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        behind.forEach(this::take);
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

  private void take(String key, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      newest.remove(key);
      changed(key, null);
      return;
    }
    try {
      put(key, Json.read(record.value(), Control.class), Instant.ofEpochMilli(record.timestamp()));
    } catch (UnreadableEventException e) {
      // The producer sends it to the dead letters.
      log.debug("control {} at offset {} is unreadable: {}", key, record.offset(), e.getMessage());
    }
  }

  private Consumer<byte[], byte[]> consumer() {
    return kafka.consumer(
        Map.of(
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            "100"));
  }

  @Override
  public void close() {
    closing = true;
    Consumer<byte[], byte[]> current = reader;
    if (current == null) {
      loop.interrupt();
    } else {
      current.wakeup();
    }
  }
}
