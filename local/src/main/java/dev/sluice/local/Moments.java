package dev.sluice.local;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** When some messages were written, or when they arrived. */
public final class Moments {
  private static final long SECOND = 1_000_000;

  /** Microseconds from an arbitrary origin, ascending. */
  private final long[] micros;

  private Moments(long[] micros) {
    this.micros = micros;
  }

  /** Returns the time now, µs since 1970. */
  public static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** Of these times in µs, in any order. */
  public static Moments of(LongStream micros) {
    return new Moments(micros.sorted().toArray());
  }

  /** Of lines with a time in µs each, in any order. */
  public static Moments of(String lines) {
    return of(lines.lines().mapToLong(Long::parseLong));
  }

  /** Returns a line with a time in µs for each. */
  public String lines() {
    return Arrays.stream(micros).mapToObj(Long::toString).collect(Collectors.joining("\n"));
  }

  /** Returns how many there are. */
  public int count() {
    return micros.length;
  }

  /**
   * Returns one of them, µs.
   *
   * @param number its position, from 0
   */
  public long at(int number) {
    return micros[number];
  }

  /** Returns those from one time to before another, µs. */
  public Moments between(long fromMicros, long toMicros) {
    return new Moments(
        Arrays.stream(micros).filter(at -> at >= fromMicros && at < toMicros).toArray());
  }

  /** Returns the most within any sliding second. */
  public int worstSecond() {
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

  /** Returns the longest part without any between two times, µs. */
  public Duration longestPause(long fromMicros, long toMicros) {
    long longest = 0;
    long last = fromMicros;
    for (long at : between(fromMicros, toMicros).micros) {
      longest = Math.max(longest, at - last);
      last = at;
    }
    return Duration.of(Math.max(longest, toMicros - last), ChronoUnit.MICROS);
  }

  /** Returns the rate between two times in µs, messages/s. */
  public double perSecond(long fromMicros, long toMicros) {
    return between(fromMicros, toMicros).count() * 1e6 / (toMicros - fromMicros);
  }

  /** Returns the rate between the first and the last, messages/s. */
  public double perSecond() {
    return count() < 2 ? 0 : (count() - 1) * 1e6 / (micros[count() - 1] - micros[0]);
  }
}
