package dev.sluice.worker.pacing;

import java.time.Duration;

/**
 * The times of a lane's sends within the last second, in which there may be no more than its rate.
 */
final class SlidingWindow {
  /**
   * A little more than a second, because evenly spaced sends do not arrive quite evenly. It costs
   * 0.3 % of the rate at most.
   */
  static final long SECOND_NANOS = Duration.ofMillis(1_003).toNanos();

  /**
   * The share of the rate that may be sent in addition to make up for a stall. In whole messages,
   * and none below 80/s: a sender's lanes stall together, and one from each would be too many. It
   * is the least of which 80/s have half a message, which rounds to one.
   */
  private static final double CATCH_UP = 1 / 160.0;

  /** A ring buffer whose length is a power of two; it grows with what is sent in a second. */
  private long[] times = new long[16];

  private int first;
  private int size;

  /**
   * Returns how long to wait before one more may be sent, ns; 0 if it may now.
   *
   * @param permitsPerSecond the lane's rate, messages/s; a fraction counts as one more
   */
  long waitNanos(double permitsPerSecond, long nowNanos) {
    int most = (int) Math.ceil(permitsPerSecond) + (int) Math.round(permitsPerSecond * CATCH_UP);
    while (size > 0 && nowNanos - time(0) >= SECOND_NANOS) {
      first = (first + 1) & (times.length - 1);
      size--;
    }
    // After a change of the rate there may be too many by more than one.
    return size < most ? 0 : SECOND_NANOS - (nowNanos - time(size - most));
  }

  /** Adds a send at this time. */
  void add(long nowNanos) {
    if (size == times.length) {
      long[] larger = new long[2 * size];
      for (int i = 0; i < size; i++) {
        larger[i] = time(i);
      }
      times = larger;
      first = 0;
    }
    times[(first + size++) & (times.length - 1)] = nowNanos;
  }

  private long time(int index) {
    return times[(first + index) & (times.length - 1)];
  }
}
