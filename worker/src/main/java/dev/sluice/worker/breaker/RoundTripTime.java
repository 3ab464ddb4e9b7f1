package dev.sluice.worker.breaker;

import java.time.Duration;

/**
 * An upper estimate of a sender's response time: the smoothed time plus four mean deviations, as in
 * RFC 6298. It adapts within a few responses.
 */
final class RoundTripTime {
  private static final double GAIN = 1 / 8.0;
  private static final double DEVIATION_GAIN = 1 / 4.0;
  private static final int DEVIATIONS = 4;

  /**
   * The estimate before the first response, which takes longer in a process that has just started.
   */
  static final long UNKNOWN_NANOS = Duration.ofSeconds(2).toNanos();

  /** The upper bound of the estimate. */
  private static final double MOST_NANOS = Duration.ofSeconds(30).toNanos();

  private boolean known;
  private double smoothedNanos;
  private double deviationNanos;

  /** Takes a response time into account. */
  void learn(long tookNanos) {
    if (known) {
      double difference = tookNanos - smoothedNanos;
      deviationNanos += DEVIATION_GAIN * (Math.abs(difference) - deviationNanos);
      smoothedNanos += GAIN * difference;
    } else {
      smoothedNanos = tookNanos;
      deviationNanos = tookNanos / 2.0;
      known = true;
    }
  }

  /** Returns the time within which a response usually comes, ns. */
  long usualNanos() {
    return known
        ? Math.round(Math.min(MOST_NANOS, smoothedNanos + DEVIATIONS * deviationNanos))
        : UNKNOWN_NANOS;
  }
}
