package dev.sluice.runtime;

import java.time.Duration;

/**
 * A wait that doubles with each consecutive failure, up to a limit.
 *
 * @param first the wait after the first failure
 * @param longest the limit
 */
public record Backoff(Duration first, Duration longest) {

  /** Returns the wait after the given number of consecutive failures, counted from 1. */
  public Duration after(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), 30);
    Duration wait = first.multipliedBy(1L << doublings);
    return wait.compareTo(longest) > 0 ? longest : wait;
  }
}
