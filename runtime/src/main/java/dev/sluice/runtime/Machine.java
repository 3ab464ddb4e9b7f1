package dev.sluice.runtime;

import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * What a service takes from the machine it runs on. A simulation provides all of it, so that a run
 * depends on nothing but its seed.
 *
 * @param ticker time
 * @param threads starts the service's threads
 * @param random jitter
 */
public record Machine(Ticker ticker, Threads threads, RandomGenerator random) {
  /** The real one. */
  public static final Machine REAL =
      new Machine(Ticker.SYSTEM, Thread.Builder::start, new Random());
}
