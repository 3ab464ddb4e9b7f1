package dev.sluice.producer.state;

import dev.sluice.schema.Json;
import dev.sluice.schema.UnreadableEventException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The announced states of the campaigns that have started and not ended. They change in the
 * transaction that writes the events.
 */
public final class AnnouncedStore {
  private static final Logger log = LoggerFactory.getLogger(AnnouncedStore.class);

  private final KeyValueStore<String, byte[]> store;
  private final Map<UUID, Announced> open = new LinkedHashMap<>();

  public AnnouncedStore(KeyValueStore<String, byte[]> store) {
    this.store = store;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> read(entry.key, entry.value));
    }
  }

  /** Reads an entry; an unreadable one costs only that campaign's events. */
  private void read(String key, byte[] value) {
    try {
      open.put(UUID.fromString(key), Json.read(value, Announced.class));
    } catch (UnreadableEventException | IllegalArgumentException e) {
      log.warn("stored announcement of campaign {} is unreadable: {}", key, e.getMessage());
    }
  }

  public @Nullable Announced find(UUID campaignId) {
    return open.get(campaignId);
  }

  public void put(UUID campaignId, Announced announced) {
    store.put(campaignId.toString(), Json.write(announced));
    open.put(campaignId, announced);
  }

  /** Forgets a campaign; returns what was announced of it. */
  public @Nullable Announced remove(UUID campaignId) {
    store.delete(campaignId.toString());
    return open.remove(campaignId);
  }

  /** Returns the campaigns that have started and not ended, as far as was announced. */
  public Map<UUID, Announced> open() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(open));
  }
}
