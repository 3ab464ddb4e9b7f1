package dev.sluice.worker;

/**
 * How long the provider usually takes to answer: the smoothed time and its mean deviation, as in
 * RFC 6298, but following slowly, because the moments in which everything is late are those that it
 * is there to tell. It starts at nothing, so that a cold start counts as late.
 */
final class AnswerTime {
  private static final double GAIN = 1 / 256.0;

  private double smoothedNanos;
  private double deviationNanos;
  private volatile long usualNanos;

  /**
   * Takes note of an answer.
   *
   * @return how much later it came than they usually do, in nanoseconds
   */
  synchronized long lateness(long tookNanos) {
    long late = Math.max(0, tookNanos - usualNanos);
    double difference = tookNanos - smoothedNanos;
    smoothedNanos += GAIN * difference;
    deviationNanos += GAIN * (Math.abs(difference) - deviationNanos);
    usualNanos = Math.round(smoothedNanos + deviationNanos);
    return late;
  }

  /** Whether an answer that has not come after so long is later than usual. */
  boolean late(long waitedNanos) {
    return waitedNanos > usualNanos;
  }
}
