package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * How far ahead of their time slots sends are picked: long enough that a lane does not idle while
 * the next transaction commits, and no longer, because sends that are picked when a worker dies are
 * in doubt. It adapts to the duration of transactions, and assumes slow ones at first.
 */
public final class Lookahead {
  /** That of transactions of 15 ms; faster ones need no less, as the loop's turns are 20 ms. */
  private static final Duration LEAST = Duration.ofMillis(60);

  /** That of transactions of 685 ms. With slower ones lanes idle, as more would be in doubt. */
  private static final Duration MOST = Duration.ofMillis(1_400);

  /** A lookahead of 400 ms until transactions were measured. */
  private static final Duration ASSUMED = Duration.ofMillis(185);

  /**
   * Decays slowly: on a busy machine the next slow transaction comes within a second, and a lane
   * that runs dry meanwhile loses a twentieth of its rate.
   */
  private final SlowestLately transactions = new SlowestLately(ASSUMED.toNanos());

  public void measured(long transactionNanos) {
    transactions.measured(transactionNanos);
  }

  public Duration duration() {
    long twice = 2 * transactions.nanos() + LEAST.toNanos() / 2;
    return Duration.ofNanos(Math.clamp(twice, LEAST.toNanos(), MOST.toNanos()));
  }
}
