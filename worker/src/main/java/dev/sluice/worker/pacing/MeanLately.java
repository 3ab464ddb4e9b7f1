package dev.sluice.worker.pacing;

/**
 * The mean of recent durations, smoothed exponentially; 0 before the first. It grows faster than it
 * shrinks, so it is too long rather than too short while durations vary.
 */
final class MeanLately {
  private static final double GROWTH = 1 / 8.0;
  private static final double DECAY = 1 / 32.0;

  private boolean known;
  private double nanos;

  synchronized void measured(long tookNanos) {
    double gain = tookNanos > nanos ? GROWTH : DECAY;
    nanos = known ? nanos + gain * (tookNanos - nanos) : tookNanos;
    known = true;
  }

  synchronized long nanos() {
    return Math.round(nanos);
  }
}
