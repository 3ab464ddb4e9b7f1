package dev.sluice.benchmark;

import java.util.Arrays;

/** When messages reached the provider. */
final class Arrivals {
  private static final long SECOND = 1_000_000;

  /** Microseconds since some moment, ascending. */
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

  /** When one of them came, counted from 0. */
  long at(int number) {
    return micros[number];
  }

  /** Those of a part of the time, from one moment to before another. */
  Arrivals between(long fromMicros, long toMicros) {
    return new Arrivals(
        Arrays.stream(micros).filter(at -> at >= fromMicros && at < toMicros).toArray());
  }

  /** The most that came within any second, wherever it begins. */
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

  /** Messages/s between the first and the last. */
  double perSecond() {
    return count() < 2 ? 0 : (count() - 1) * 1e6 / (micros[count() - 1] - micros[0]);
  }
}
