package dev.sluice.worker;

import java.time.Duration;

/**
 * When lanes that lack slots get those that have become free. Each turn costs a transaction, so it
 * waits for a share of all slots; but with turns at a fixed interval a slot would be free for half
 * of it, which is a fifth of the time of a call that takes 50 ms.
 */
final class SlotRefill {
  /** Turns for a smaller share cost more than they bring, as measured by the pipeline benchmark. */
  private static final int SHARE = 8;

  private static final Duration LEAST_WAIT = Duration.ofMillis(1);

  private final int enough;
  private boolean lacking;
  private int inFlightThen;
  private long thenNanos;

  SlotRefill(int slots) {
    enough = Math.max(1, slots / SHARE);
  }

  /**
   * Records what a turn has left.
   *
   * @param inFlight how many slots are taken once the sends it has picked are launched
   * @param lacksSlots whether a lane could have sent more with more slots
   */
  void picked(int inFlight, boolean lacksSlots, long nowNanos) {
    inFlightThen = inFlight;
    lacking = lacksSlots;
    thenNanos = nowNanos;
  }

  /** Forgets the last turn: the next one is at the usual time. */
  void reset() {
    lacking = false;
  }

  boolean isDue(int inFlight) {
    return lacking && inFlightThen - inFlight >= enough;
  }

  /** Returns about when it will be due if slots become free as fast as since the last turn. */
  Duration wait(int inFlight, long nowNanos, Duration atMost) {
    int freed = inFlightThen - inFlight;
    if (!lacking || freed <= 0) {
      return atMost;
    }
    long left = (nowNanos - thenNanos) * Math.max(0, enough - freed) / freed;
    return Duration.ofNanos(Math.clamp(left, LEAST_WAIT.toNanos(), atMost.toNanos()));
  }
}
