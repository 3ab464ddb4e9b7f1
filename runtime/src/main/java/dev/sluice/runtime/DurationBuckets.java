package dev.sluice.runtime;

import java.time.Duration;
import java.util.stream.LongStream;

/** The upper bounds of histograms' buckets, the same in all roles so that panels can compare. */
public final class DurationBuckets {
  private static final long[] MILLIS = {5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000};

  private DurationBuckets() {}

  /** Returns the bounds from the shortest to the longest, both included. */
  public static Duration[] between(Duration shortest, Duration longest) {
    return LongStream.of(MILLIS)
        .mapToObj(Duration::ofMillis)
        .filter(bound -> bound.compareTo(shortest) >= 0 && bound.compareTo(longest) <= 0)
        .toArray(Duration[]::new);
  }
}
