package dev.sluice.producer.state;

import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The positions up to which the input topics were read, kept in the transaction of their records'
 * effects. Kafka forgets the offsets of a group that was down for days, and the records are then
 * read again from the beginning; repeating an old resend, or a returned request, would send twice.
 */
public final class InputOffsets {
  private final KeyValueStore<String, Place> store;

  /**
   * The furthest record.
   *
   * @param timestampMs the latest time of any record, ms since 1970: a repeated record is no later,
   *     one in a recreated topic is
   */
  public record Place(long offset, long timestampMs) {}

  public InputOffsets(KeyValueStore<String, Place> store) {
    this.store = store;
  }

  /** Records that a record was read; returns whether it is new. */
  public boolean isNew(RecordMetadata place, Record<?, ?> record) {
    String key = place.topic() + "-" + place.partition();
    Place before = store.get(key);
    if (before == null) {
      store.put(key, new Place(place.offset(), record.timestamp()));
      return true;
    }
    if (place.offset() <= before.offset() && record.timestamp() <= before.timestampMs()) {
      return false;
    }
    store.put(key, new Place(place.offset(), Math.max(before.timestampMs(), record.timestamp())));
    return true;
  }
}
