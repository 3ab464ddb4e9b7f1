package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * How far ahead of their time slots sends are picked: long enough that a lane does not idle while
 * the next transaction commits, and no longer, because what is picked when a worker dies is in
 * doubt. It follows how long transactions take; until that is known, it assumes that they are slow.
 */
public final class Lookahead {
  private static final Duration LEAST = Duration.ofMillis(60);
  private static final Duration MOST = Duration.ofMillis(400);

  /**
   * A slow transaction's time, forgotten slowly with those that follow: on a busy machine the next
   * slow one comes within a second, and a lane that runs dry for it loses a twentieth of its rate.
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
