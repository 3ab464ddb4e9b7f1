package dev.sluice.producer;

import dev.sluice.producer.sql.DatabaseFault;
import dev.sluice.runtime.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Campaigns whose tasks fail. Each backs off by itself, and a campaign that is at fault itself is
 * given up after a few tries. It outlives the stream thread, so that the thread's successor knows
 * which campaign ended it.
 */
final class CampaignFaults {
  /** With the waits below, these take less than 10 s. */
  private static final int TRIES = 5;

  /** Tasks that take longer are slow; most take milliseconds, and lanes have 10 s of work. */
  static final Duration SLOW = Duration.ofSeconds(2);

  private static final Backoff WAIT = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  private final InstantSource clock;
  private final Map<UUID, Fault> faults = new ConcurrentHashMap<>();
  private final Set<UUID> slow = ConcurrentHashMap.newKeySet();

  /**
   * A campaign's failures.
   *
   * @param failures consecutive failures
   * @param own how many of them are the campaign's own fault
   */
  private record Fault(int failures, int own, String reason, Instant until) {}

  CampaignFaults(InstantSource clock) {
    this.clock = clock;
  }

  void failed(UUID campaignId, DatabaseFault trouble, String reason) {
    Fault before = faults.get(campaignId);
    int failures = before == null ? 1 : before.failures() + 1;
    int own = (before == null ? 0 : before.own()) + (trouble == DatabaseFault.OWN ? 1 : 0);
    // A campaign that is given up is paused without a wait.
    Duration wait = own == TRIES ? Duration.ZERO : WAIT.after(failures);
    faults.put(campaignId, new Fault(failures, own, reason, clock.instant().plus(wait)));
  }

  /** Gives a campaign up at once, because it is certain to fail again. */
  void hopeless(UUID campaignId, String reason) {
    faults.put(campaignId, new Fault(TRIES, TRIES, reason, clock.instant()));
  }

  /** Delays a campaign without counting a failure. */
  void wait(UUID campaignId, Duration time, String reason) {
    faults.put(campaignId, new Fault(0, 0, reason, clock.instant().plus(time)));
  }

  /** Records how long a campaign's last task took, however it ended. */
  void took(UUID campaignId, Duration time) {
    if (time.compareTo(SLOW) > 0) {
      slow.add(campaignId);
    } else {
      slow.remove(campaignId);
    }
  }

  /**
   * Records that a task has succeeded. A campaign that is given up stays so, because the
   * transaction that pauses it may still be aborted.
   */
  void worked(UUID campaignId) {
    faults.computeIfPresent(
        campaignId, (id, fault) -> fault.failures() > 0 && fault.own() < TRIES ? null : fault);
  }

  /** Forgets the failures of a campaign that was resumed or has ended. */
  void forgive(UUID campaignId) {
    faults.remove(campaignId);
  }

  boolean waiting(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return fault != null && clock.instant().isBefore(fault.until());
  }

  /**
   * Returns whether its last task failed or was slow, so that it must not take connections from
   * others.
   */
  boolean suspect(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return slow.contains(campaignId) || (fault != null && fault.failures() > 0);
  }

  /** Returns why it was given up, or null if it was not. */
  @Nullable String givenUp(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return fault != null && fault.own() >= TRIES ? fault.reason() : null;
  }

  /** Returns the last failure, or null if there is none. */
  @Nullable String reason(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return fault == null ? null : fault.reason();
  }

  /** Forgets all campaigns but these. */
  void retain(Set<UUID> campaigns) {
    faults.keySet().retainAll(campaigns);
    slow.retainAll(campaigns);
  }
}
