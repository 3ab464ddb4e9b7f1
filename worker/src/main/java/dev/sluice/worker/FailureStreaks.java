package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
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

  /** Failures further apart than this do not show that an outage goes on. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  /** Of more senders or campaigns, those whose streaks began first are forgotten. */
  private static final int MOST = 10_000;

  private final Map<String, Outage> outages = bounded();
  private final Map<UUID, Refusals> refusals = bounded();

  private final ControlsView controls;
  private final Ticker ticker;

  /**
   * A provider that was not available to a sender.
   *
   * @param count how often in a row
   * @param seenNanos when this was seen first, since the sender was last unblocked and since {@link
   *     #QUIET} without a failure
   * @param lastNanos when it was seen last
   * @param goesOn whether it also concerns messages that were launched after that. Messages of one
   *     moment fail together, such as those whose connections were too late to open, while the next
   *     ones find these connections open
   */
  private record Outage(int count, long seenNanos, long lastNanos, boolean goesOn) {}

  /** The last of them was launched at this time. */
  private record Refusals(String code, int count, long launchedNanos) {}

  FailureStreaks(ControlsView controls, Ticker ticker) {
    this.controls = controls;
    this.ticker = ticker;
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
        outages.remove(request.sender().id());
        refusals.remove(request.campaignId());
      }
      case SendOutcome.Unavailable u -> unavailable(request.sender().id(), task.launchedNanos());
      case SendOutcome.BadRequest(String code, String detail) -> refused(task, code);
      case SendOutcome.NotPrepared p -> refused(task, "");
      case SendOutcome.Refused r -> outages.remove(request.sender().id());
      case SendOutcome.OptedOut o -> outages.remove(request.sender().id());
      case SendOutcome.TryAgain t -> {}
      case SendOutcome.PairLimited p -> {}
      case SendOutcome.Throttled t -> {}
      case SendOutcome.SenderBlocked b -> {}
      case SendOutcome.CampaignStopped s -> {}
      case SendOutcome.Disconnected d -> {}
      case SendOutcome.InDoubt d -> {}
    }
  }

  private void unavailable(String senderId, long launchedNanos) {
    outages.compute(
        senderId,
        (id, before) -> {
          long now = ticker.nanoTime();
          int count = before == null ? 1 : before.count() + 1;
          if (before == null
              || now - before.lastNanos() > QUIET.toNanos()
              || resumedSince(Control.senderKey(id), before.seenNanos())) {
            return new Outage(count, now, now, false);
          }
          boolean later = launchedNanos - before.seenNanos() > 0;
          return new Outage(count, before.seenNanos(), now, before.goesOn() || later);
        });
  }

  private void refused(SendTask task, String code) {
    UUID campaignId = task.request().campaignId();
    Refusals one = new Refusals(code, 1, task.launchedNanos());
    refusals.merge(
        campaignId,
        one,
        (before, first) ->
            before.code().equals(code)
                    && !resumedSince(Control.campaignKey(campaignId), before.launchedNanos())
                ? new Refusals(code, before.count() + 1, one.launchedNanos())
                : first);
  }

  /** Otherwise the first failure after a resume would end it again. */
  private boolean resumedSince(String key, long nanos) {
    return controls.find(key).state() == Control.State.RUNNING && !controls.appliedAt(key, nanos);
  }

  /** Returns whether the provider was not available to this sender for a long streak. */
  boolean isUnavailable(String senderId) {
    Outage outage = outages.get(senderId);
    return outage != null && outage.count() >= LONG;
  }

  /** Returns whether the provider seems to be down for this sender. */
  boolean providerIsDown(String senderId) {
    Outage outage = outages.get(senderId);
    return outage != null && outage.count() >= LONG && outage.goesOn();
  }

  /** Returns whether the campaign's request seems to be at fault rather than its recipients. */
  boolean campaignIsAtFault(UUID campaignId) {
    Refusals row = refusals.get(campaignId);
    return row != null && row.count() >= LONG;
  }
}
