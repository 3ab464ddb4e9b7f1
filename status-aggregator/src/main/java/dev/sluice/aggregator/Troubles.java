package dev.sluice.aggregator;

import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

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

  private final Health health;
  private final Set<UUID> failing = new HashSet<>();
  private final Set<UUID> named = new HashSet<>();
  private int failures;
  private long retryAtMillis;

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

  /** Whether a write may begin now; while the database is unavailable, one after each backoff. */
  synchronized boolean mayTry(long nowMillis) {
    if (failures == 0) {
      return true;
    }
    if (nowMillis < retryAtMillis) {
      return false;
    }
    failures++;
    retryAtMillis = nowMillis + AFTER_FAILURE.after(failures).toMillis();
    return true;
  }

  /** A write of this campaign failed. */
  synchronized void failed(UUID campaignId, Flush.Trouble trouble, long nowMillis) {
    switch (trouble.fault()) {
      case AWAY -> {
        if (failures == 0) {
          failures = 1;
          retryAtMillis = nowMillis + AFTER_FAILURE.after(failures).toMillis();
        }
        health.failing(EVERYBODY, "writing results failed: " + trouble.reason());
      }
      case BUSY, REFUSED -> {
        back();
        failing.add(campaignId);
        if (named.contains(campaignId) || named.size() < NAMED) {
          named.add(campaignId);
          health.failing(
              component(campaignId),
              "writing results of campaign "
                  + Progress.brief(campaignId)
                  + " failed: "
                  + trouble.reason());
        }
      }
    }
  }

  /** A write of this campaign succeeded, so the database is there. */
  synchronized void worked(UUID campaignId) {
    back();
    forget(campaignId);
  }

  /** The database is available again. */
  private void back() {
    failures = 0;
    health.working(EVERYBODY);
  }

  /** Another process has the campaign now, or its results are written. */
  synchronized void forget(UUID campaignId) {
    failing.remove(campaignId);
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
