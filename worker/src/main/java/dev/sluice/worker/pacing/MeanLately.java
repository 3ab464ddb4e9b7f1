package dev.sluice.worker.pacing;

/** The mean of recent durations, smoothed exponentially; 0 before the first. */
final class MeanLately {
  private static final double GAIN = 1 / 32.0;

  private boolean known;
  private double nanos;

  synchronized void measured(long tookNanos) {
    nanos = known ? nanos + GAIN * (tookNanos - nanos) : tookNanos;
    known = true;
  }

  synchronized long nanos() {
    return Math.round(nanos);
  }
}
