package dev.sluice.producer.state;

import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.UnreadableEventException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests returned unsent by workers, each until it is written again or no longer needed. Its
 * removal and the new request are one transaction, so that it is never queued twice.
 */
public final class ReturnedRequests {
  private static final Logger log = LoggerFactory.getLogger(ReturnedRequests.class);

  private final KeyValueStore<String, byte[]> store;
  private final Map<UUID, Integer> waiting = new HashMap<>();
  private final Set<String> unreadable = new HashSet<>();

  public ReturnedRequests(KeyValueStore<String, byte[]> store) {
    this.store = store;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> {
        ReturnedRequest request = read(entry.key, entry.value);
        if (request != null) {
          waiting.merge(request.campaignId(), 1, Integer::sum);
        }
      });
    }
  }

  /** Reads a request; an unreadable one leaves only its own recipient pending. */
  private @Nullable ReturnedRequest read(String key, byte @Nullable [] stored) {
    try {
      return stored == null ? null : Json.read(stored, ReturnedRequest.class);
    } catch (UnreadableEventException e) {
      if (unreadable.add(key)) {
        log.error("{} stays pending, see sluice campaign repair: {}", key, e.getMessage());
      }
      return null;
    }
  }

  /**
   * Returns how many requests of these campaigns cannot be read; campaigns with none are left out.
   */
  public Map<UUID, Integer> unreadable(Set<UUID> campaignIds) {
    Map<UUID, Integer> counts = new HashMap<>();
    if (!unreadable.isEmpty()) {
      for (UUID id : campaignIds) {
        int count = (int) unreadable.stream().filter(key -> key.startsWith(prefix(id))).count();
        if (count > 0) {
          counts.put(id, count);
        }
      }
    }
    return counts;
  }

  void add(ReturnedRequest request) {
    String key = key(request);
    ReturnedRequest before = read(key, store.get(key));
    if (before == null) {
      waiting.merge(request.campaignId(), 1, Integer::sum);
    } else if (before.round() > request.round()) {
      // Of an older round; the recipient is pending in the newer one.
      return;
    }
    unreadable.remove(key);
    store.put(key, Json.write(request));
  }

  public boolean any(UUID campaignId) {
    return waiting.containsKey(campaignId);
  }

  /** Returns some of a campaign's requests, up to the limit. */
  public List<ReturnedRequest> some(UUID campaignId, int limit) {
    List<ReturnedRequest> some = new ArrayList<>();
    try (var entries = store.prefixScan(prefix(campaignId), new StringSerializer())) {
      while (some.size() < limit && entries.hasNext()) {
        var entry = entries.next();
        ReturnedRequest request = read(entry.key, entry.value);
        if (request != null) {
          some.add(request);
        }
      }
    }
    return some;
  }

  public void remove(ReturnedRequest request) {
    String key = key(request);
    ReturnedRequest stored = read(key, store.get(key));
    if (stored != null && stored.round() == request.round()) {
      store.delete(key);
      waiting.computeIfPresent(
          request.campaignId(), (id, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    }
  }

  /** Forgets a campaign that will send no more. */
  void drop(UUID campaignId) {
    if (any(campaignId)) {
      some(campaignId, Integer.MAX_VALUE).forEach(this::remove);
    }
    unreadable.removeIf(key -> {
      boolean its = key.startsWith(prefix(campaignId));
      if (its) {
        store.delete(key);
      }
      return its;
    });
  }

  private static String key(ReturnedRequest request) {
    return prefix(request.campaignId()) + request.recipientId();
  }

  private static String prefix(UUID campaignId) {
    return campaignId + "/";
  }
}
