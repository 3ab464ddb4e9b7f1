package dev.sluice.producer.state;

import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
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
 * The fan-out states of all campaigns, with an index of those that need work. An unreadable state
 * affects only its campaign and is left in the store, as another version may be able to read it.
 */
public final class FanOutStore {
  private static final Logger log = LoggerFactory.getLogger(FanOutStore.class);

  private final KeyValueStore<String, byte[]> store;
  // The store keeps every campaign ever started, so that no start can be repeated; walking it in
  // each iteration would cost more with each campaign.
  private final Map<UUID, FanOutState> open = new LinkedHashMap<>();
  private final ReturnedRequests returns;

  public FanOutStore(KeyValueStore<String, byte[]> store, ReturnedRequests returns) {
    this.store = store;
    this.returns = returns;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> index(entry.key, read(entry.value)));
    }
  }

  private void index(String key, FanOutState fanOut) {
    try {
      index(UUID.fromString(key), fanOut);
    } catch (IllegalArgumentException e) {
      log.error("ignoring an entry whose key is no campaign id: {}", e.getMessage());
    }
  }

  private static FanOutState read(byte[] stored) {
    try {
      return Json.read(stored, FanOutState.class);
    } catch (UnreadableEventException e) {
      return FanOutState.unreadable("what the producer has stored of it: " + e.getMessage());
    }
  }

  public @Nullable FanOutState find(UUID campaignId) {
    FanOutState fanOut = open.get(campaignId);
    if (fanOut != null) {
      return fanOut;
    }
    byte[] stored = store.get(campaignId.toString());
    return stored == null ? null : read(stored);
  }

  /** Returns whether the campaign's state is unchanged since it was read. */
  public boolean unchanged(UUID campaignId, FanOutState fanOut) {
    return fanOut.equals(open.get(campaignId));
  }

  public void put(UUID campaignId, FanOutState fanOut) {
    if (!fanOut.active()) {
      returns.drop(campaignId);
    }
    if (!(fanOut.phase() instanceof FanOutState.Unreadable)) {
      store.put(campaignId.toString(), Json.write(fanOut));
    }
    index(campaignId, fanOut);
  }

  /** Removes a campaign that needs no more work from the index. */
  public void close(UUID campaignId) {
    open.remove(campaignId);
  }

  public void remove(UUID campaignId) {
    returns.drop(campaignId);
    store.delete(campaignId.toString());
    open.remove(campaignId);
  }

  /** Keeps a request returned by a worker, to be written again when its campaign runs. */
  public void giveBack(ReturnedRequest request, FanOutState fanOut) {
    if (fanOut.active()) {
      returns.add(request);
      open.putIfAbsent(request.campaignId(), fanOut);
    }
  }

  public ReturnedRequests returns() {
    return returns;
  }

  private void index(UUID campaignId, FanOutState fanOut) {
    boolean unfed = fanOut.active() && !(fanOut.phase() instanceof FanOutState.Fed);
    boolean watched = fanOut.active() && fanOut.steering().hasSendingHours();
    boolean returned = fanOut.active() && returns.any(campaignId);
    if (unfed || watched || returned || fanOut.steering().rowDue() || fanOut.fault() != null) {
      open.put(campaignId, fanOut);
    } else {
      open.remove(campaignId);
    }
  }

  /** Returns the campaigns with requests to write, sending hours, a fault, or an outdated row. */
  public Map<UUID, FanOutState> open() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(open));
  }

  /** Returns a campaign's name in the log. */
  public static String brief(UUID campaignId) {
    return campaignId.toString().substring(0, 4);
  }
}
