package dev.sluice.aggregator;

import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The failures that keep results from being written, over all tasks of the process. An unavailable
 * database affects all campaigns: they share one back-off, and one write at a time tests whether it
 * is back. Other failures affect one campaign; health names up to 10 of these campaigns and a meter
 * counts all.
 */
final class Troubles {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
  private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofMillis(200), LONGEST_WAIT);
  private static final String EVERYBODY = "batches";
  private static final int NAMED = 10;

  /** Campaigns with something to write ask several times a second. */
  private static final long STILL_ASKS_MILLIS = 2_000;

  private final Health health;
  private final Set<UUID> failing = new HashSet<>();
  private final Set<UUID> named = new HashSet<>();

  /**
   * When each campaign last asked while the database is away; those that have waited longest come
   * first.
   */
  private final SequencedMap<UUID, Long> asking = new LinkedHashMap<>();

  private int failures;
  private long retryAtMillis;
  private long changedMillis = Long.MIN_VALUE;

  Troubles(Health health, MeterRegistry meters) {
    this.health = health;
    Gauge.builder("sluice.aggregator.stuck", this, Troubles::failingCampaigns)
        .description("Campaigns whose results cannot be written now")
        .register(meters);
  }

  /** Returns whether the database is unavailable. */
  synchronized boolean away() {
    return failures > 0;
  }

  /**
   * Returns whether a write of this campaign may begin now. While the database is unavailable, one
   * write may begin after each back-off; campaigns take turns, because one campaign's rows may be
   * what makes the database seem unavailable.
   */
  synchronized boolean mayTry(UUID campaignId, long nowMillis) {
    if (failures == 0) {
      return true;
    }
    asking.put(campaignId, nowMillis);
    long left = retryAtMillis - nowMillis;
    // A new stream thread takes the machine's time again, which may have been set back.
    if (left > 0 && left <= LONGEST_WAIT.toMillis()) {
      return false;
    }
    asking.values().removeIf(at -> nowMillis - at > STILL_ASKS_MILLIS);
    if (!asking.firstEntry().getKey().equals(campaignId)) {
      return false;
    }
    asking.remove(campaignId);
    failures++;
    retryAtMillis = nowMillis + AFTER_FAILURE.after(failures).toMillis();
    return true;
  }

  /**
   * Records that a write of this campaign failed.
   *
   * @param heldUntil until when its results are held because no campaign's are written, or null
   */
  synchronized void failed(
      UUID campaignId, Flush.Trouble trouble, @Nullable Instant heldUntil, long nowMillis) {
    switch (trouble.fault()) {
      case AWAY -> {
        if (failures == 0) {
          failures = 1;
          retryAtMillis = nowMillis + AFTER_FAILURE.after(failures).toMillis();
        }
        health.failing(EVERYBODY, "writing results failed: " + trouble.reason());
      }
      case BUSY, UNCLEAR, REFUSED -> {
        back();
        failing.add(campaignId);
        if (named.contains(campaignId) || named.size() < NAMED) {
          named.add(campaignId);
          health.failing(
              component(campaignId),
              "writing results of campaign "
                  + Progress.brief(campaignId)
                  + " failed: "
                  + trouble.reason()
                  + (heldUntil == null
                      ? ""
                      : "; nobody's are written, so none are given up before " + heldUntil));
        }
      }
    }
  }

  /** Records that a write of this campaign succeeded, so the database is available. */
  synchronized void worked(UUID campaignId) {
    back();
    forget(campaignId);
  }

  /** Records since when rows of a campaign have changed, so a failure does not affect all. */
  synchronized void changed(long sinceMillis, long nowMillis) {
    changedMillis = Math.max(changedMillis(nowMillis), sinceMillis);
  }

  /**
   * Returns when rows of any campaign were last changed; a time that was set back since is over.
   */
  synchronized long changedMillis(long nowMillis) {
    return changedMillis <= nowMillis ? changedMillis : Long.MIN_VALUE;
  }

  /** Records that the database is available again. */
  private void back() {
    failures = 0;
    asking.clear();
    health.working(EVERYBODY);
  }

  /** Forgets a campaign that another process now owns, or whose results are written. */
  synchronized void forget(UUID campaignId) {
    failing.remove(campaignId);
    asking.remove(campaignId);
    if (named.remove(campaignId)) {
      health.working(component(campaignId));
    }
  }

  private synchronized int failingCampaigns() {
    return failing.size();
  }

  private static String component(UUID campaignId) {
    return EVERYBODY + " " + campaignId.toString().substring(0, 8);
  }
}
