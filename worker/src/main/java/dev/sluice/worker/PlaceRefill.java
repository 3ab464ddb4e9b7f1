package dev.sluice.worker;

import java.time.Duration;

/**
 * When lanes that lack places get those that have become free. Each iteration costs a transaction,
 * so it waits for a share of all places; but with iterations at a fixed interval a place would be
 * free for half of it, which is a fifth of the time of a call that takes 50 ms.
 */
final class PlaceRefill {
  /**
   * Iterations for a smaller share cost more than they bring, as measured by the pipeline
   * benchmark.
   */
  private static final int SHARE = 8;

  private static final Duration LEAST_WAIT = Duration.ofMillis(1);

  private final int enough;
  private boolean lacking;
  private int inFlightThen;
  private long thenNanos;

  PlaceRefill(int places) {
    enough = Math.max(1, places / SHARE);
  }

  /**
   * Records what an iteration has left.
   *
   * @param inFlight how many sends have a place or wait for one once those it has picked are
   *     launched
   * @param lacksPlaces whether a lane could have sent more with more places
   */
  void picked(int inFlight, boolean lacksPlaces, long nowNanos) {
    inFlightThen = inFlight;
    lacking = lacksPlaces;
    thenNanos = nowNanos;
  }

  /** Forgets the last iteration: the next one is at the usual time. */
  void reset() {
    lacking = false;
  }

  boolean isDue(int inFlight) {
    return lacking && inFlightThen - inFlight >= enough;
  }

  /**
   * Returns about when it will be due if places become free as fast as since the last iteration.
   */
  Duration wait(int inFlight, long nowNanos, Duration atMost) {
    int freed = inFlightThen - inFlight;
    if (!lacking || freed <= 0) {
      return atMost;
    }
    long left = (nowNanos - thenNanos) * Math.max(0, enough - freed) / freed;
    return Duration.ofNanos(Math.clamp(left, LEAST_WAIT.toNanos(), atMost.toNanos()));
  }
}
