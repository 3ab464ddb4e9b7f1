package dev.sluice.producer;

import dev.sluice.schema.ReturnedRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The passes of all campaigns, with those that need attention at hand. */
final class Passes {
  private final KeyValueStore<String, Pass> store;
  // The store keeps every campaign ever started, so that no start can be repeated; walking it at
  // each turn would cost more with each campaign.
  private final Map<UUID, Pass> open = new LinkedHashMap<>();
  private final Returns returns;

  Passes(KeyValueStore<String, Pass> store, Returns returns) {
    this.store = store;
    this.returns = returns;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> index(UUID.fromString(entry.key), entry.value));
    }
  }

  @Nullable Pass find(UUID campaignId) {
    Pass pass = open.get(campaignId);
    return pass == null ? store.get(campaignId.toString()) : pass;
  }

  /** Whether the campaign still is where it was when it was looked at. */
  boolean unchanged(UUID campaignId, Pass pass) {
    return pass.equals(open.get(campaignId));
  }

  void put(UUID campaignId, Pass pass) {
    if (!pass.active()) {
      returns.drop(campaignId);
    }
    store.put(campaignId.toString(), pass);
    index(campaignId, pass);
  }

  void remove(UUID campaignId) {
    returns.drop(campaignId);
    store.delete(campaignId.toString());
    open.remove(campaignId);
  }

  /** Takes a request that a worker has given back, to be written anew when its campaign runs. */
  void giveBack(ReturnedRequest request, Pass pass) {
    if (pass.active()) {
      returns.add(request);
      open.putIfAbsent(request.campaignId(), pass);
    }
  }

  Returns returns() {
    return returns;
  }

  private void index(UUID campaignId, Pass pass) {
    boolean unfed = pass.active() && pass.phase() != Pass.Phase.FED;
    boolean watched = pass.active() && pass.windowed();
    boolean returned = pass.active() && returns.any(campaignId);
    if (unfed || watched || returned || pass.rowDue() || pass.fault() != null) {
      open.put(campaignId, pass);
    } else {
      open.remove(campaignId);
    }
  }

  /** Those not wholly fed, with hours to keep, faulty, or whose row is not up to date. */
  Map<UUID, Pass> open() {
    return Map.copyOf(open);
  }

  /** A campaign's name in the log. */
  static String brief(UUID campaignId) {
    return campaignId.toString().substring(0, 4);
  }
}
