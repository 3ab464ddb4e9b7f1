package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * How far ahead of their time slots sends are picked: long enough that a lane does not idle while
 * the next transaction commits, and no longer, because sends that are picked when a worker dies are
 * in doubt. It adapts to the duration of transactions, and assumes slow ones at first.
 */
public final class Lookahead {
  private static final Duration LEAST = Duration.ofMillis(60);
  private static final Duration MOST = Duration.ofMillis(400);

  /**
   * The duration of a slow transaction, which decays slowly: on a busy machine the next slow one
   * comes within a second, and a lane that runs dry meanwhile loses a twentieth of its rate.
   */
  private long slowNanos = MOST.toNanos() / 2;

  public void measured(long transactionNanos) {
    slowNanos = Math.max(transactionNanos, slowNanos - slowNanos / 25);
  }

  public Duration duration() {
    long twice = 2 * slowNanos + LEAST.toNanos() / 2;
    return Duration.ofNanos(Math.clamp(twice, LEAST.toNanos(), MOST.toNanos()));
  }
}
