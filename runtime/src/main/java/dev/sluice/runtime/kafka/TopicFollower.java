package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the committed records of a whole topic without a consumer group, on its own thread. After
 * a failure it waits for 2 s and starts again.
 */
public final class TopicFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicFollower.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConfig kafka;
  private final String topic;
  private final Map<String, Object> settings;
  private final Reader reader;
  private final Ticker ticker;
  private final Thread loop;
  private volatile boolean closing;
  private volatile @Nullable Consumer<byte[], byte[]> current;

  /** Reads a topic. */
  public interface Reader {
    /**
     * Begins to read: positions the consumer, to which all partitions are assigned.
     *
     * @return the receiver of polled records
     */
    Polled begin(Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions);

    /** Reports a record that cannot be read; reading goes on behind it. */
    void skipped(DamagedRecord record);

    /** Reports that reading has failed; it starts again after the wait. */
    void failed(Throwable cause);
  }

  /** Receives polled records, possibly none. */
  public interface Polled {
    void take(ConsumerRecords<byte[], byte[]> records);
  }

  /**
   * Starts following.
   *
   * @param settings consumer settings besides the common ones
   */
  public TopicFollower(
      KafkaConfig kafka,
      String topic,
      Map<String, Object> settings,
      Reader reader,
      Machine machine) {
    this.kafka = kafka;
    this.topic = topic;
    this.settings = new HashMap<>(settings);
    this.settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    this.reader = reader;
    ticker = machine.ticker();
    loop = machine.threads().start(Thread.ofVirtual().name("reader of " + topic), this::run);
  }

  private void run() {
    while (!closing) {
      try (Consumer<byte[], byte[]> consumer = kafka.consumer(settings)) {
        current = consumer;
        follow(consumer);
      } catch (WakeupException e) {
        log.debug("closing", e);
      } catch (RuntimeException | Error e) {
        // Otherwise the thread would end unnoticed, and later pauses would not be seen.
        reader.failed(e);
        pause();
      } finally {
        current = null;
      }
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException("the topic does not exist (yet)");
    }
    consumer.assign(partitions);
    Polled polled = reader.begin(consumer, partitions);
    TolerantPoll<byte[], byte[]> poll =
        new TolerantPoll<>(consumer, consumer::poll, reader::skipped, ticker);
    while (!closing) {
      polled.take(poll.poll(POLL));
    }
  }

  private void pause() {
    try {
      ticker.sleep(AFTER_FAILURE);
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  @Override
  public void close() {
    closing = true;
    Consumer<byte[], byte[]> polling = current;
    if (polling == null) {
      loop.interrupt();
    } else {
      polling.wakeup();
    }
  }
}
