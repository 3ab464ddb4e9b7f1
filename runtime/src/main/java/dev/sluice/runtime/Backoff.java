package dev.sluice.runtime;

import java.time.Duration;

/**
 * Waiting times that double from one failure to the next, up to a bound.
 *
 * @param first the first wait
 * @param longest the bound
 */
public record Backoff(Duration first, Duration longest) {

  /** The wait after the given number of failures in a row, from 1. */
  public Duration after(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), 30);
    Duration wait = first.multipliedBy(1L << doublings);
    return wait.compareTo(longest) > 0 ? longest : wait;
  }
}
