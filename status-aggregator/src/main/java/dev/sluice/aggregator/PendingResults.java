package dev.sluice.aggregator;

import dev.sluice.schema.Json;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.UnreadableEventException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The results that are not in PostgreSQL yet, by recipient, as they survive a crash. Most are
 * written to PostgreSQL before the next commit, and then their removal is all that the changelog is
 * told of them.
 */
final class PendingResults {
  static final String NAME = "pending-results";

  /** A longer record is kept as what was read of it: nobody knows what else it holds, bytes. */
  private static final int LONGEST_AS_IT_CAME = 1_024;

  private final KeyValueStore<String, byte[]> store;

  PendingResults(KeyValueStore<String, byte[]> store) {
    this.store = store;
  }

  /** What Kafka Streams makes it of. */
  static StoreBuilder<KeyValueStore<String, byte[]>> builder() {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(NAME), Serdes.String(), Serdes.ByteArray())
        .withCachingEnabled();
  }

  static String key(SendResult result) {
    return result.campaignId() + ":" + result.recipientId();
  }

  /** Returns the id of the campaign in a key. */
  static String campaignIn(String key) {
    return key.split(":", 2)[0];
  }

  /**
   * Reads all entries.
   *
   * @param unreadable takes those of a later version, and damaged ones
   */
  void forEach(Consumer<SendResult> readable, BiConsumer<String, byte[]> unreadable) {
    try (var all = store.all()) {
      all.forEachRemaining(entry -> {
        SendResult result = read(entry.value);
        if (result == null) {
          unreadable.accept(entry.key, entry.value);
        } else {
          readable.accept(result);
        }
      });
    }
  }

  /** Returns the result kept under this key; null if there is none or it cannot be read. */
  @Nullable SendResult get(String key) {
    byte[] kept = store.get(key);
    return kept == null ? null : read(kept);
  }

  private static @Nullable SendResult read(byte[] kept) {
    try {
      return Json.read(kept, SendResult.class);
    } catch (UnreadableEventException e) {
      return null;
    }
  }

  void put(String key, SendResult result) {
    store.put(key, Json.write(result));
  }

  /** Keeps a result that came in this record. */
  void put(String key, SendResult result, byte[] record) {
    store.put(key, record.length <= LONGEST_AS_IT_CAME ? record : Json.write(result));
  }

  void delete(String key) {
    store.put(key, null);
  }
}
