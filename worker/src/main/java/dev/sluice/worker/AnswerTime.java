package dev.sluice.worker;

import java.time.Duration;

/**
 * How long the provider usually takes to answer: the smoothed time and its mean deviation, as in
 * RFC 6298, but following slowly, because the moments in which everything is late are those that it
 * is there to tell. It starts at nothing, so that a cold start counts as late.
 */
final class AnswerTime {
  private static final double GAIN = 1 / 256.0;
  private static final int DEVIATIONS = 4;

  /**
   * Beyond this an answer time must have lasted to be called usual: seconds are a stall, until a
   * provider has taken them for half a minute.
   */
  private static final double BELIEVED_AT_ONCE_NANOS = Duration.ofMillis(250).toNanos();

  private static final double PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

  /** What may be on its way to a provider that has answered nothing yet. */
  private static final int FIRST = 8;

  private long launched;
  private long answered;
  private double smoothedNanos;
  private double deviationNanos;
  private double lastingNanos;
  private long lastAtNanos;
  private volatile long usualNanos;

  /**
   * Asks for leave to launch a send, whose answer must be noted then. A provider is started on
   * slowly, as TCP does: a few sends at first, and for each answer one more beside the one that
   * follows it. A cold process takes seconds over its first sends, and all that it launched
   * meanwhile would arrive at once.
   */
  synchronized boolean tryLaunch() {
    if (launched >= FIRST + 2 * answered) {
      return false;
    }
    launched++;
    return true;
  }

  /**
   * Takes note of an answer.
   *
   * @return how much later it came than they usually do, in nanoseconds
   */
  synchronized long lateness(long tookNanos, long nowNanos) {
    long late = Math.max(0, tookNanos - usualNanos);
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

  /** Whether an answer that has not come after so long is later than usual. */
  boolean late(long waitedNanos) {
    return waitedNanos > usualNanos;
  }
}
