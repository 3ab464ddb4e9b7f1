package dev.sluice.worker.breaker;

import dev.sluice.worker.pacing.LatencyEstimator;
import java.time.Duration;

/**
 * How long a sender's answers take at most, usually: the smoothed time and four mean deviations, as
 * RFC 6298 estimates when to give up waiting. It follows within a few answers; {@link
 * LatencyEstimator} follows slowly, because it tells stalls from a slow provider.
 */
final class RoundTripTime {
  private static final double GAIN = 1 / 8.0;
  private static final double DEVIATION_GAIN = 1 / 4.0;
  private static final int DEVIATIONS = 4;

  /** Before the first answer: a process that has just started takes its time over it. */
  private static final long UNKNOWN_NANOS = Duration.ofSeconds(2).toNanos();

  /** No provider is waited for any longer. */
  private static final double MOST_NANOS = Duration.ofSeconds(30).toNanos();

  private boolean known;
  private double smoothedNanos;
  private double deviationNanos;

  /** An answer took so long. */
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

  /** Nanoseconds within which an answer usually comes. */
  long usualNanos() {
    return known
        ? Math.round(Math.min(MOST_NANOS, smoothedNanos + DEVIATIONS * deviationNanos))
        : UNKNOWN_NANOS;
  }
}
