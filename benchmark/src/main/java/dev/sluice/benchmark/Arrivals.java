package dev.sluice.benchmark;

import java.util.Arrays;

/** The times at which messages reached the provider. */
final class Arrivals {
  private static final long SECOND = 1_000_000;

  /** Microseconds from an arbitrary origin, ascending. */
  private final long[] micros;

  private Arrivals(long[] micros) {
    this.micros = micros;
  }

  static Arrivals of(String lines) {
    return new Arrivals(lines.lines().mapToLong(Long::parseLong).sorted().toArray());
  }

  int count() {
    return micros.length;
  }

  /**
   * Returns an arrival time, µs.
   *
   * @param number the arrival's position, from 0
   */
  long at(int number) {
    return micros[number];
  }

  /** Returns the arrivals from one time to before another, µs. */
  Arrivals between(long fromMicros, long toMicros) {
    return new Arrivals(
        Arrays.stream(micros).filter(at -> at >= fromMicros && at < toMicros).toArray());
  }

  /** Returns the most arrivals within any sliding second. */
  int worstSecond() {
    int worst = 0;
    int first = 0;
    for (int last = 0; last < micros.length; last++) {
      while (micros[last] - micros[first] >= SECOND) {
        first++;
      }
      worst = Math.max(worst, last - first + 1);
    }
    return worst;
  }

  /** Returns the rate between the first and the last arrival, messages/s. */
  double perSecond() {
    return count() < 2 ? 0 : (count() - 1) * 1e6 / (micros[count() - 1] - micros[0]);
  }
}
