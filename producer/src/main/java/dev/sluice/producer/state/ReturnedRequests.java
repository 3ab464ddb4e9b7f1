package dev.sluice.producer.state;

import dev.sluice.schema.ReturnedRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The requests returned unsent by workers, each until it is written anew or no longer needed. Its
 * removal and the new request are one transaction, so that it is never queued twice.
 */
public final class ReturnedRequests {
  private final KeyValueStore<String, ReturnedRequest> store;
  private final Map<UUID, Integer> waiting = new HashMap<>();

  public ReturnedRequests(KeyValueStore<String, ReturnedRequest> store) {
    this.store = store;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> waiting.merge(entry.value.campaignId(), 1, Integer::sum));
    }
  }

  void add(ReturnedRequest request) {
    String key = key(request);
    ReturnedRequest before = store.get(key);
    if (before == null) {
      waiting.merge(request.campaignId(), 1, Integer::sum);
    } else if (before.round() > request.round()) {
      // Of an older round; the recipient is pending in the newer one.
      return;
    }
    store.put(key, request);
  }

  public boolean any(UUID campaignId) {
    return waiting.containsKey(campaignId);
  }

  /** Some of a campaign's, at most so many. */
  public List<ReturnedRequest> some(UUID campaignId, int limit) {
    List<ReturnedRequest> some = new ArrayList<>();
    try (var entries = store.prefixScan(campaignId + "/", new StringSerializer())) {
      while (some.size() < limit && entries.hasNext()) {
        some.add(entries.next().value);
      }
    }
    return some;
  }

  public void remove(ReturnedRequest request) {
    ReturnedRequest stored = store.get(key(request));
    if (stored != null && stored.round() == request.round()) {
      store.delete(key(request));
      waiting.computeIfPresent(
          request.campaignId(), (id, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    }
  }

  /** Forgets a campaign that will send no more. */
  void drop(UUID campaignId) {
    if (any(campaignId)) {
      some(campaignId, Integer.MAX_VALUE).forEach(this::remove);
    }
  }

  private static String key(ReturnedRequest request) {
    return request.campaignId() + "/" + request.recipientId();
  }
}
