package dev.sluice.local;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  /** Returns those from this time after the first one on. */
  public Moments after(Duration beginning) {
    return count() == 0 ? this : between(micros[0] + micros(beginning), Long.MAX_VALUE);
  }

  /** Returns them in parts, where nothing came for longer than {@code pause}. */
  public List<Moments> stretches(Duration pause) {
    List<Moments> parts = new ArrayList<>();
    int first = 0;
    for (int next = 1; next <= micros.length; next++) {
      if (next == micros.length || micros[next] - micros[next - 1] > micros(pause)) {
        parts.add(new Moments(Arrays.copyOfRange(micros, first, next)));
        first = next;
      }
    }
    return parts;
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

  /** Returns the longest time between two that follow each other. */
  public Duration longestPause() {
    long longest = 0;
    for (int i = 1; i < micros.length; i++) {
      longest = Math.max(longest, micros[i] - micros[i - 1]);
    }
    return Duration.ofNanos(1_000 * longest);
  }

  /** Returns the rate between the first and the last, messages/s. */
  public double perSecond() {
    return count() < 2 ? 0 : (count() - 1) * 1e6 / (micros[count() - 1] - micros[0]);
  }

  private static long micros(Duration time) {
    return time.toNanos() / 1_000;
  }
}
