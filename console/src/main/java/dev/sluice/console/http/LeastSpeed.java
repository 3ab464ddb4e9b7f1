package dev.sluice.console.http;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast a file must arrive or be read, so that no client occupies a place for which others wait.
 *
 * @param least bytes a second
 * @param window the time over which that is measured
 * @param whole the time that the whole file may take
 */
public record LeastSpeed(int least, Duration window, Duration whole) {
  /** Portions after which others may run; most bodies and responses have fewer. */
  private static final int IN_A_ROW = 8;

  Watch watch() {
    return new Watch();
  }

  /** Measures the time that the other side takes to send or to read. */
  final class Watch {
    private long begun;
    private long inWindow;
    private long inAll;
    private long bytes;
    private int portions;

    private Watch() {}

    /**
     * Starts the clock: the other side is to send or read now. Now and then other virtual threads
     * may run before that: with a fast client nothing is ever waited for, and this one would keep
     * its carrier for a whole file. A yield would not do, as the scheduler may go on with the same.
     */
    void start() {
      portions++;
      if (portions % IN_A_ROW == 0) {
        LockSupport.parkNanos(1);
      }
      begun = System.nanoTime();
    }

    /**
     * Stops the clock, as the other side has sent or read {@code more} bytes; returns whether it is
     * too slow.
     */
    boolean isTooSlow(int more) {
      long took = System.nanoTime() - begun;
      inWindow += took;
      inAll += took;
      bytes += more;
      if (inAll > whole.toNanos()) {
        return true;
      }
      if (inWindow < window.toNanos()) {
        return false;
      }
      boolean tooSlow = bytes * 1_000 < least * Duration.ofNanos(inWindow).toMillis();
      inWindow = 0;
      bytes = 0;
      return tooSlow;
    }
  }
}
