package dev.sluice.runtime.kafka;

import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record that cannot be read because it was damaged, on a broker's disk or on the way. A consumer
 * never gets past such a record by itself, and does not fetch it again.
 *
 * @param offset the record's, or one in its batch: Kafka checks batches as a whole
 * @param reason what the consumer says about it
 */
public record DamagedRecord(TopicPartition partition, long offset, String reason) {
  /** How the consumer says so; it has no exception of its own that names the partition. */
  private static final String MESSAGE = "Received exception when fetching the next record from ";

  /** How it names the batch, or the record of an old format. */
  private static final Pattern PLACE = Pattern.compile(" at offset (\\d{1,18}) is invalid");

  /**
   * Returns the record that has made a poll fail.
   *
   * @return null if the failure has another cause
   */
  public static @Nullable DamagedRecord of(KafkaException failure, Consumer<?, ?> consumer) {
    if (isErrors(failure)) {
      return null;
    }
    for (TopicPartition partition : consumer.assignment()) {
      if (String.valueOf(failure.getMessage()).startsWith(MESSAGE + partition + ".")) {
        Throwable cause = failure.getCause();
        String reason = Reasons.of(cause == null ? failure : cause);
        return new DamagedRecord(partition, offset(consumer, partition, reason), reason);
      }
    }
    return null;
  }

  /** Without memory, or a library to decompress with, sound records cannot be read either. */
  private static boolean isErrors(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(Error.class::isInstance);
  }

  /** A batch may begin behind the position, where compaction or aborts have left a gap. */
  private static long offset(Consumer<?, ?> consumer, TopicPartition partition, String reason) {
    long position = consumer.position(partition);
    Matcher place = PLACE.matcher(reason);
    if (!place.find()) {
      return position;
    }
    long named = Long.parseLong(place.group(1));
    // The offset may be damaged, too.
    long end = position + consumer.currentLag(partition).orElse(0);
    return named > position && named < end ? named : position;
  }

  /**
   * Makes a consumer fetch a partition anew. It keeps what it has fetched for as long as its
   * position stays where that begins.
   *
   * @param poll the consumer's own poll
   */
  public static <K, V> void dropFetched(
      Consumer<K, V> consumer,
      Function<Duration, ConsumerRecords<K, V>> poll,
      TopicPartition partition) {
    long position = consumer.position(partition);
    Set<TopicPartition> others = new HashSet<>(consumer.assignment());
    others.removeAll(consumer.paused());
    others.remove(partition);
    consumer.pause(others);
    consumer.seek(partition, position + 1);
    try {
      // Drops what is not at the position. What the others have fetched is kept, as they are
      // paused.
      var _ = poll.apply(Duration.ZERO);
    } catch (KafkaException e) {
      if (of(e, consumer) == null) {
        throw e;
      }
    } finally {
      // There may have been a rebalance.
      others.retainAll(consumer.assignment());
      consumer.resume(others);
      if (consumer.assignment().contains(partition)) {
        consumer.seek(partition, position);
      }
    }
  }
}
