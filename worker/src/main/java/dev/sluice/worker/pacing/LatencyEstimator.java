package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * How long a sender's provider usually takes to answer: the smoothed time and its mean deviation,
 * as in RFC 6298. It adapts slowly, because it exists to detect the moments in which all answers
 * are late. It starts at 0, so that the answers of a cold start count as late.
 */
public final class LatencyEstimator {
  private static final double GAIN = 1 / 256.0;
  private static final int DEVIATIONS = 4;

  /**
   * A longer answer time becomes usual only if it lasts: seconds are a stall until the provider has
   * taken them for half a minute.
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
   * @return how much later than usual it came, in nanoseconds
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

  /** How much longer than usual this time is, in nanoseconds. */
  long lateBy(long tookNanos) {
    return Math.max(0, tookNanos - usualNanos);
  }

  /** Whether an answer that has not come after this time is late. */
  boolean late(long waitedNanos) {
    return waitedNanos > usualNanos;
  }
}
