package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Polls a consumer that goes on behind damaged records. A record is fetched anew before it is
 * skipped, because the network or a broker's memory may have damaged what was fetched, and not the
 * disk.
 */
public final class TolerantPoll<K, V> {
  /** How often a record is read before it is skipped. */
  static final int READS = 3;

  /** The time between two reads of a record; its reader's other partitions wait as well. */
  private static final Duration BETWEEN = Duration.ofMillis(200);

  private final Consumer<K, V> consumer;
  private final Function<Duration, ConsumerRecords<K, V>> poll;
  private final java.util.function.Consumer<DamagedRecord> skipped;
  private final Ticker ticker;
  private final Map<TopicPartition, Failed> failed = new HashMap<>();

  /** How often the record at an offset could not be read. */
  private record Failed(long offset, int reads) {
    Failed and(Failed next) {
      return next.offset == offset ? new Failed(offset, reads + 1) : next;
    }
  }

  /**
   * Creates a poll.
   *
   * @param poll the consumer's own poll
   * @param skipped takes each record that is skipped
   */
  public TolerantPoll(
      Consumer<K, V> consumer,
      Function<Duration, ConsumerRecords<K, V>> poll,
      java.util.function.Consumer<DamagedRecord> skipped,
      Ticker ticker) {
    this.consumer = consumer;
    this.poll = poll;
    this.skipped = skipped;
    this.ticker = ticker;
  }

  /** Polls; if a damaged record makes that fail, prepares the next poll. */
  public ConsumerRecords<K, V> poll(Duration atMost) {
    try {
      return poll.apply(atMost);
    } catch (KafkaException e) {
      DamagedRecord damaged = DamagedRecord.of(e, consumer);
      if (damaged == null) {
        throw e;
      }
      readAgainOrSkip(damaged);
      return ConsumerRecords.empty();
    }
  }

  private void readAgainOrSkip(DamagedRecord damaged) {
    TopicPartition partition = damaged.partition();
    Failed now = failed.merge(partition, new Failed(damaged.offset(), 1), Failed::and);
    if (now.reads() < READS) {
      DamagedRecord.dropFetched(consumer, poll, partition);
      pause();
      return;
    }
    long next = damaged.offset() + 1;
    consumer.seek(partition, next);
    // The rest of a damaged batch is not tried as often.
    failed.put(partition, new Failed(next, READS - 1));
    skipped.accept(damaged);
  }

  private void pause() {
    try {
      ticker.sleep(BETWEEN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
