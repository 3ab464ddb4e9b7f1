package dev.sluice.console.access;

import dev.sluice.console.http.ProblemException;
import dev.sluice.runtime.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds how often a user's password is tried, from wherever. An unknown name is treated like any
 * other, so that nobody learns which names there are.
 */
final class SignInAttempts {
  /** Attempts without a wait, as users mistype. */
  static final int FREE = 5;

  private static final Backoff WAIT = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1));
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(15);
  private static final int NAMES = 10_000;

  private final InstantSource clock;

  /** By name, least recently tried first. */
  private final Map<String, Tries> tries = new LinkedHashMap<>(16, 0.75f, true);

  private record Tries(int count, Instant last) {}

  SignInAttempts(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Counts an attempt before its password is looked at, as many may come at the same time.
   *
   * @throws ProblemException 429 if it comes too soon; it does not count then
   */
  synchronized void begin(String name) {
    Instant now = clock.instant();
    Tries before = tries.getOrDefault(name, new Tries(0, now));
    int count = before.last().plus(FORGOTTEN_AFTER).isBefore(now) ? 0 : before.count();
    if (count >= FREE) {
      Duration wait = WAIT.after(Math.min(count - FREE + 1, 99));
      if (before.last().plus(wait).isAfter(now)) {
        throw ProblemException.tooManyRequests(
            "There were too many wrong passwords for this name; try again in "
                + wait.toSeconds()
                + " s.");
      }
    }
    tries.put(name, new Tries(count + 1, now));
    if (tries.size() > NAMES) {
      tries.remove(tries.keySet().iterator().next());
    }
  }

  /** Forgets the attempts of who has signed in. */
  synchronized void succeeded(String name) {
    tries.remove(name);
  }
}
