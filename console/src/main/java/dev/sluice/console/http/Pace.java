package dev.sluice.console.http;

import java.time.Duration;

/**
 * How fast a file must come or go, so that nobody keeps a place in which others wait.
 *
 * @param least bytes a second
 * @param window the time over which that is looked at
 * @param whole the time that all of it may take
 */
public record Pace(int least, Duration window, Duration whole) {

  Watch watch() {
    return new Watch();
  }

  /** Measures the time that somebody else takes to send or to read. */
  final class Watch {
    private long begun;
    private long inWindow;
    private long inAll;
    private long bytes;

    private Watch() {}

    /** It is the other's turn. */
    void start() {
      begun = System.nanoTime();
    }

    /** The other has done so much. */
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
