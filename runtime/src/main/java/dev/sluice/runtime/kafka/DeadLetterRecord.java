package dev.sluice.runtime.kafka;

import dev.sluice.schema.DeadLetter;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** A dead letter as Kafka Streams applications write it. */
public final class DeadLetterRecord {
  private DeadLetterRecord() {}

  /**
   * The letter of an original.
   *
   * @param key the original's key
   * @param value the original's value
   * @param timestamp in ms since 1970
   * @param belonging what says to whom the original belongs; see {@link CampaignHeaders#belonging}
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
