package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.SendRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Consecutive failures. A single failure concerns one message; a streak without a success in
 * between points to the sender or the campaign.
 */
final class FailureStreaks {
  /** The length from which a streak is not a coincidence. */
  static final int LONG = 10;

  private final Map<String, Integer> unavailable = new HashMap<>();
  private final Map<UUID, Refusals> refusals = new HashMap<>();

  private record Refusals(String code, int count) {}

  /** Counts an outcome; call it once for each. */
  void observe(SendRequest request, SendOutcome outcome) {
    switch (outcome) {
      case SendOutcome.Accepted a -> {
        unavailable.remove(request.sender().id());
        refusals.remove(request.campaignId());
      }
      case SendOutcome.Unavailable u -> unavailable.merge(request.sender().id(), 1, Integer::sum);
      case SendOutcome.BadRequest(String code, String detail) ->
          refused(request.campaignId(), code);
      case SendOutcome.NotPrepared p -> refused(request.campaignId(), "");
      case SendOutcome.Refused r -> unavailable.remove(request.sender().id());
      case SendOutcome.OptedOut o -> unavailable.remove(request.sender().id());
      case SendOutcome.TryAgain t -> {}
      case SendOutcome.PairLimited p -> {}
      case SendOutcome.Throttled t -> {}
      case SendOutcome.SenderBlocked b -> {}
      case SendOutcome.CampaignStopped s -> {}
      case SendOutcome.NotLaunched n -> {}
      case SendOutcome.Disconnected d -> {}
      case SendOutcome.InDoubt d -> {}
    }
  }

  private void refused(UUID campaignId, String code) {
    refusals.merge(
        campaignId,
        new Refusals(code, 1),
        (before, one) -> before.code().equals(code) ? new Refusals(code, before.count() + 1) : one);
  }

  /** Returns whether the provider seems to be down for this sender. */
  boolean providerIsDown(String senderId) {
    return unavailable.getOrDefault(senderId, 0) >= LONG;
  }

  /** Returns whether the campaign's request seems to be at fault rather than its recipients. */
  boolean campaignIsAtFault(UUID campaignId) {
    Refusals row = refusals.get(campaignId);
    return row != null && row.count() >= LONG;
  }
}
