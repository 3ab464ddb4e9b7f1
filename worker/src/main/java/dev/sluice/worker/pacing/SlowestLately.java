package dev.sluice.worker.pacing;

import java.util.concurrent.atomic.AtomicLong;

/** The longest of recent durations; it grows at once and shrinks slowly. */
final class SlowestLately {
  private final AtomicLong nanos;

  SlowestLately(long assumedNanos) {
    nanos = new AtomicLong(assumedNanos);
  }

  void measured(long tookNanos) {
    nanos.accumulateAndGet(tookNanos, (slow, took) -> Math.max(took, slow - slow / 25));
  }

  long nanos() {
    return nanos.get();
  }
}
