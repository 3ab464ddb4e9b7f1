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
 * The failures that keep results from being written, for all tasks of the process. An unavailable
 * database affects all campaigns: they share one backoff, and one write at a time tests whether it
 * is back. Other failures affect one campaign; health names some of these campaigns and a meter
 * counts all.
 */
final class Troubles {
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private static final String EVERYBODY = "batches";
  private static final int NAMED = 10;

  /** Campaigns with something to write ask several times a second. */
  private static final long STILL_ASKS_MILLIS = 2_000;

  private final Health health;
  private final Set<UUID> failing = new HashSet<>();
  private final Set<UUID> named = new HashSet<>();

  /** When campaigns have asked last while the database is away, who has waited longest first. */
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

  /** Whether the database is unavailable. */
  synchronized boolean away() {
    return failures > 0;
  }

  /**
   * Whether a write of this campaign may begin now; while the database is unavailable, one after
   * each backoff. In turn, because its absence may be what one campaign's rows make of it.
   */
  synchronized boolean mayTry(UUID campaignId, long nowMillis) {
    if (failures == 0) {
      return true;
    }
    asking.put(campaignId, nowMillis);
    if (nowMillis < retryAtMillis) {
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
   * A write of this campaign failed.
   *
   * @param heldUntil until when its results are held because nobody's are written, or null
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

  /** A write of this campaign succeeded, so the database is there. */
  synchronized void worked(UUID campaignId) {
    back();
    forget(campaignId);
  }

  /** Rows of a campaign have changed: whatever fails does not fail for everybody. */
  synchronized void changed(long nowMillis) {
    changedMillis = Math.max(changedMillis, nowMillis);
  }

  /** When rows of any campaign have changed last. */
  synchronized long changedMillis() {
    return changedMillis;
  }

  /** The database is available again. */
  private void back() {
    failures = 0;
    asking.clear();
    health.working(EVERYBODY);
  }

  /** Another process has the campaign now, or its results are written. */
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
