package dev.sluice.runtime;

import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * The parts of the machine that a service uses. A simulation replaces all of it, so that a run
 * depends only on its seed.
 *
 * @param ticker time
 * @param threads starts the service's threads
 * @param random the source of jitter
 */
public record Machine(Ticker ticker, Threads threads, RandomGenerator random) {
  /** The real machine. */
  public static final Machine REAL =
      new Machine(Ticker.SYSTEM, Thread.Builder::start, new Random());
}
