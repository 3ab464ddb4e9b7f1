package dev.sluice.producer.state;

import dev.sluice.schema.Json;
import dev.sluice.schema.UnreadableEventException;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The positions up to which the input topics were read, kept in the transaction of their records'
 * effects. Kafka forgets the offsets of a group that was down for days, and the records are then
 * read again from the beginning; repeating an old resend, or a returned request, would send twice.
 */
public final class InputOffsets {
  private static final Logger log = LoggerFactory.getLogger(InputOffsets.class);

  private final KeyValueStore<String, byte[]> store;

  /**
   * The furthest record.
   *
   * @param timestampMs the latest time of any record, ms since 1970: a repeated record is no later,
   *     one in a recreated topic is
   */
  public record Place(long offset, long timestampMs) {}

  public InputOffsets(KeyValueStore<String, byte[]> store) {
    this.store = store;
  }

  /** Records that a record was read; returns whether it is new. */
  public boolean isNew(RecordMetadata place, Record<?, ?> record) {
    String key = place.topic() + "-" + place.partition();
    Place before = find(key);
    if (before == null) {
      put(key, new Place(place.offset(), record.timestamp()));
      return true;
    }
    if (place.offset() <= before.offset() && record.timestamp() <= before.timestampMs()) {
      return false;
    }
    put(key, new Place(place.offset(), Math.max(before.timestampMs(), record.timestamp())));
    return true;
  }

  /** An unreadable position counts as none: the group's offset still tells what was read. */
  private @Nullable Place find(String key) {
    byte[] stored = store.get(key);
    try {
      return stored == null ? null : Json.read(stored, Place.class);
    } catch (UnreadableEventException e) {
      log.error("stored position of {} is unreadable: {}", key, e.getMessage());
      return null;
    }
  }

  private void put(String key, Place place) {
    store.put(key, Json.write(place));
  }
}
