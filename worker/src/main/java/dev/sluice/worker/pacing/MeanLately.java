package dev.sluice.worker.pacing;

/**
 * The mean of recent durations, smoothed exponentially; 0 before the first. It grows faster than it
 * shrinks, so it is too long rather than too short while durations vary.
 */
final class MeanLately {
  /** The gain of TCP's smoothed round-trip time (RFC 6298): it follows within some sends. */
  private static final double GROWTH = 1 / 8.0;

  /** A quarter of that, so that one long duration counts for some dozens of sends. */
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
