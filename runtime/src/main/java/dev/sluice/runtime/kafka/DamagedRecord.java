package dev.sluice.runtime.kafka;

import dev.sluice.schema.Reasons;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record that cannot be read because a broker's disk has damaged it. A consumer never gets past
 * such a record by itself.
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

  /** Polls; if a damaged record makes that fail, lets the consumer go on behind it next time. */
  public static <K, V> ConsumerRecords<K, V> skipping(
      Consumer<K, V> consumer,
      Supplier<ConsumerRecords<K, V>> poll,
      java.util.function.Consumer<DamagedRecord> skipped) {
    try {
      return poll.get();
    } catch (KafkaException e) {
      DamagedRecord damaged = of(e, consumer);
      if (damaged == null) {
        throw e;
      }
      consumer.seek(damaged.partition(), damaged.offset() + 1);
      skipped.accept(damaged);
      return ConsumerRecords.empty();
    }
  }
}
