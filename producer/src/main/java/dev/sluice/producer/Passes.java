package dev.sluice.producer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The passes of all campaigns, with those that need attention at hand. */
final class Passes {
  private final KeyValueStore<String, Pass> store;
  // The store keeps every campaign ever started, so that no start can be repeated; walking it at
  // each turn would cost more with each campaign.
  private final Map<UUID, Pass> open = new LinkedHashMap<>();

  Passes(KeyValueStore<String, Pass> store) {
    this.store = store;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> index(UUID.fromString(entry.key), entry.value));
    }
  }

  @Nullable Pass find(UUID campaignId) {
    return store.get(campaignId.toString());
  }

  void put(UUID campaignId, Pass pass) {
    store.put(campaignId.toString(), pass);
    index(campaignId, pass);
  }

  void remove(UUID campaignId) {
    store.delete(campaignId.toString());
    open.remove(campaignId);
  }

  private void index(UUID campaignId, Pass pass) {
    boolean unfed = pass.active() && pass.phase() != Pass.Phase.FED;
    boolean watched = pass.active() && pass.windowed();
    if (unfed || watched || pass.held() || pass.rowDue()) {
      open.put(campaignId, pass);
    } else {
      open.remove(campaignId);
    }
  }

  /** Those not wholly fed, paused, with hours to keep, or whose row is not up to date. */
  Map<UUID, Pass> open() {
    return Map.copyOf(open);
  }

  /** Calls for each open pass; it may change it meanwhile. */
  void forEachOpen(Consumer<UUID> action) {
    open().keySet().forEach(action);
  }

  /** A campaign's name in the log. */
  static String brief(UUID campaignId) {
    return campaignId.toString().substring(0, 4);
  }
}
