package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * How long a sender's provider usually takes to answer: the smoothed time and its mean deviation,
 * as in RFC 6298, but following slowly, because the moments in which everything is late are those
 * that it is there to tell. It starts at nothing, so that a cold start counts as late.
 */
public final class LatencyEstimator {
  private static final double GAIN = 1 / 256.0;
  private static final int DEVIATIONS = 4;

  /**
   * Beyond this an answer time must have lasted to be called usual: seconds are a stall, until a
   * provider has taken them for half a minute.
   */
  private static final double BELIEVED_AT_ONCE_NANOS = Duration.ofMillis(250).toNanos();

  private static final double PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

  private long answered;
  private double smoothedNanos;
  private double deviationNanos;
  private double lastingNanos;
  private long lastAtNanos;
  private volatile long usualNanos;

  /**
   * Takes note of an answer.
   *
   * @return how much later it came than they usually do, in nanoseconds
   */
  synchronized long lateness(long tookNanos, long nowNanos) {
    long late = lateBy(tookNanos);
    double difference = tookNanos - smoothedNanos;
    smoothedNanos += GAIN * difference;
    deviationNanos += GAIN * (Math.abs(difference) - deviationNanos);
    double recentNanos = smoothedNanos + DEVIATIONS * deviationNanos;
    if (answered > 0) {
      double share = Math.clamp((nowNanos - lastAtNanos) / PATIENCE_NANOS, 0, 1);
      lastingNanos += share * (recentNanos - lastingNanos);
    }
    answered++;
    lastAtNanos = nowNanos;
    usualNanos = Math.round(Math.min(recentNanos, Math.max(BELIEVED_AT_ONCE_NANOS, lastingNanos)));
    return late;
  }

  /** How much later than usual something comes that took so long, in nanoseconds. */
  long lateBy(long tookNanos) {
    return Math.max(0, tookNanos - usualNanos);
  }

  /** Whether an answer that has not come after so long is later than usual. */
  boolean late(long waitedNanos) {
    return waitedNanos > usualNanos;
  }
}
