package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Consecutive failures. A single failure concerns one message; a streak without a success in
 * between points to the sender or the campaign.
 */
final class FailureStreaks {
  /** The length from which a streak is not a coincidence. */
  static final int LONG = 10;

  /** Of more senders or campaigns, those whose streaks began first are forgotten. */
  private static final int MOST = 10_000;

  private final Map<String, Integer> unavailable = bounded();
  private final Map<UUID, Refusals> refusals = bounded();

  private final ControlsView controls;

  /** The last of them was launched at this time. */
  private record Refusals(String code, int count, long launchedNanos) {}

  FailureStreaks(ControlsView controls) {
    this.controls = controls;
  }

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST;
      }
    };
  }

  /** Counts an outcome; call it once for each. */
  void observe(SendTask task, SendOutcome outcome) {
    SendRequest request = task.request();
    switch (outcome) {
      case SendOutcome.Accepted a -> {
        unavailable.remove(request.sender().id());
        refusals.remove(request.campaignId());
      }
      case SendOutcome.Unavailable u -> unavailable.merge(request.sender().id(), 1, Integer::sum);
      case SendOutcome.BadRequest(String code, String detail) -> refused(task, code);
      case SendOutcome.NotPrepared p -> refused(task, "");
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

  private void refused(SendTask task, String code) {
    UUID campaignId = task.request().campaignId();
    Refusals one = new Refusals(code, 1, task.launchedNanos());
    refusals.merge(
        campaignId,
        one,
        (before, first) ->
            before.code().equals(code) && !resumedSince(campaignId, before.launchedNanos())
                ? new Refusals(code, before.count() + 1, one.launchedNanos())
                : first);
  }

  /** Otherwise the first refusal after a resume would pause the campaign again. */
  private boolean resumedSince(UUID campaignId, long nanos) {
    String key = Control.campaignKey(campaignId);
    return controls.find(key).state() == Control.State.RUNNING && !controls.appliedAt(key, nanos);
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
