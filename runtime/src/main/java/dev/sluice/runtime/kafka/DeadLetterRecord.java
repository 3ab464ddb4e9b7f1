package dev.sluice.runtime.kafka;

import dev.sluice.schema.DeadLetter;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** A dead letter as a Kafka Streams record. */
public final class DeadLetterRecord {
  private DeadLetterRecord() {}

  /**
   * Creates the dead letter of an original record.
   *
   * @param key the original's key
   * @param value the original's value
   * @param timestamp in ms since 1970
   * @param belonging the original's headers that name its campaign and trace; see {@link
   *     CampaignHeaders#belonging}
   */
  public static Record<byte @Nullable [], byte @Nullable []> of(
      byte @Nullable [] key,
      byte @Nullable [] value,
      long timestamp,
      DeadLetter letter,
      Iterable<Header> belonging) {
    Record<byte @Nullable [], byte @Nullable []> record =
        new Record<>(DeadLetter.key(key), DeadLetter.cut(value), timestamp);
    record.headers().add(EventType.DEAD_LETTER.header());
    belonging.forEach(record.headers()::add);
    TextHeader.all(letter.headers(value)).forEach(record.headers()::add);
    return record;
  }
}
