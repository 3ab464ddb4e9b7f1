package dev.sluice.worker.breaker;

import java.time.Duration;

/**
 * An upper estimate of a sender's answer time: the smoothed time and four mean deviations, as in
 * RFC 6298. It adapts within a few answers.
 */
final class RoundTripTime {
  private static final double GAIN = 1 / 8.0;
  private static final double DEVIATION_GAIN = 1 / 4.0;
  private static final int DEVIATIONS = 4;

  /** Before the first answer, which takes longer in a process that has just started. */
  private static final long UNKNOWN_NANOS = Duration.ofSeconds(2).toNanos();

  /** The upper bound of the estimate. */
  private static final double MOST_NANOS = Duration.ofSeconds(30).toNanos();

  private boolean known;
  private double smoothedNanos;
  private double deviationNanos;

  /** Takes an answer time into account. */
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

  /** The time within which an answer usually comes, in nanoseconds. */
  long usualNanos() {
    return known
        ? Math.round(Math.min(MOST_NANOS, smoothedNanos + DEVIATIONS * deviationNanos))
        : UNKNOWN_NANOS;
  }
}
