package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows the committed records of a whole topic without a consumer group, on its own thread. After
 * a failure it starts again.
 */
public final class TopicFollower implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);

  private final String topic;
  private final Reader reader;
  private final Ticker ticker;
  private final ConsumerLoop loop;

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
      Machine machine,
      MeterRegistry meters) {
    this.topic = topic;
    this.reader = reader;
    ticker = machine.ticker();
    Map<String, Object> committedOnly = new HashMap<>(settings);
    committedOnly.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    loop =
        new ConsumerLoop(
            "reader of " + topic, kafka, committedOnly, new Following(), machine, meters);
  }

  private final class Following implements ConsumerLoop.Work {
    @Override
    public Runnable begin(Consumer<byte[], byte[]> consumer) {
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
      return () -> polled.take(poll.poll(POLL));
    }

    @Override
    public void failed(Throwable cause) {
      reader.failed(cause);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
