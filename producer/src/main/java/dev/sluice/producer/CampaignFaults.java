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
 * Campaigns for which something fails: each waits for itself, longer from time to time, and one
 * whose fault is its own is given up after a few tries. It outlives the stream thread, so that a
 * campaign which ends the thread is known by its successor.
 */
final class CampaignFaults {
  /** With the waits below, within ten seconds. */
  private static final int TRIES = 5;

  private static final Backoff WAIT = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  private final InstantSource clock;
  private final Map<UUID, Fault> faults = new ConcurrentHashMap<>();

  /**
   * What fails.
   *
   * @param failures in a row
   * @param own how many of them were the campaign's own
   */
  private record Fault(int failures, int own, String reason, Instant until) {}

  CampaignFaults(InstantSource clock) {
    this.clock = clock;
  }

  void failed(UUID campaignId, DatabaseFault trouble, String reason) {
    Fault before = faults.get(campaignId);
    int failures = before == null ? 1 : before.failures() + 1;
    int own = (before == null ? 0 : before.own()) + (trouble == DatabaseFault.OWN ? 1 : 0);
    // Who is given up is paused at once.
    Duration wait = own == TRIES ? Duration.ZERO : WAIT.after(failures);
    faults.put(campaignId, new Fault(failures, own, reason, clock.instant().plus(wait)));
  }

  /** It is certain to fail again. */
  void hopeless(UUID campaignId, String reason) {
    faults.put(campaignId, new Fault(TRIES, TRIES, reason, clock.instant()));
  }

  /** Nothing is wrong, but it is too early. */
  void wait(UUID campaignId, Duration time, String reason) {
    faults.put(campaignId, new Fault(0, 0, reason, clock.instant().plus(time)));
  }

  /**
   * A task worked. What is given up stays so: the transaction that pauses the campaign may be
   * aborted yet.
   */
  void worked(UUID campaignId) {
    faults.computeIfPresent(
        campaignId, (id, fault) -> fault.failures() > 0 && fault.own() < TRIES ? null : fault);
  }

  /** People want it to be tried again, or it is over. */
  void forgive(UUID campaignId) {
    faults.remove(campaignId);
  }

  boolean waiting(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return fault != null && clock.instant().isBefore(fault.until());
  }

  /** Whether it failed the last time, so that it must not take places from others. */
  boolean suspect(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return fault != null && fault.failures() > 0;
  }

  /** Why it is to be tried no more, or null if it may be. */
  @Nullable String givenUp(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return fault != null && fault.own() >= TRIES ? fault.reason() : null;
  }

  /** What failed last, or null if nothing does. */
  @Nullable String reason(UUID campaignId) {
    Fault fault = faults.get(campaignId);
    return fault == null ? null : fault.reason();
  }

  /** Only these are of interest still. */
  void retain(Set<UUID> campaigns) {
    faults.keySet().retainAll(campaigns);
  }
}
