package dev.sluice.console.access;

import dev.sluice.console.http.ProblemException;
import dev.sluice.runtime.Backoff;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down clients that try tokens or passwords, and logs them. The right one is never delayed,
 * wherever it comes from: behind a proxy all users share one address.
 */
final class WrongSecrets {
  private static final Logger log = LoggerFactory.getLogger(WrongSecrets.class);

  /** Wrong ones that are not delayed, as users mistype. */
  private static final int FREE = 3;

  private static final Backoff DELAY = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(15);
  private static final int ADDRESSES = 1_000;

  /** Responses that are delayed at the same time; further ones get 429. */
  private static final int HELD = 32;

  private final Semaphore places = new Semaphore(HELD);
  private final String what;
  private final InstantSource clock;
  private final Counter counter;

  /** By address, least recently seen first. */
  private final Map<String, Tries> tries = new LinkedHashMap<>(16, 0.75f, true);

  private record Tries(long count, Instant last) {}

  private WrongSecrets(InstantSource clock, String what, Counter counter) {
    this.clock = clock;
    this.what = what;
    this.counter = counter;
  }

  static WrongSecrets tokens(InstantSource clock, MeterRegistry meters) {
    return new WrongSecrets(
        clock,
        "API token",
        Counter.builder("sluice.console.tokens.wrong")
            .description("Requests with a wrong API token")
            .register(meters));
  }

  static WrongSecrets passwords(InstantSource clock, MeterRegistry meters) {
    return new WrongSecrets(
        clock,
        "password",
        Counter.builder("sluice.console.passwords.wrong")
            .description("Sign-ins with a wrong name or password")
            .register(meters));
  }

  /**
   * Delays the response to a request with a wrong secret.
   *
   * @throws ProblemException 429 if too many are delayed already
   */
  void holdUp(String address) {
    Duration delay = count(address);
    if (delay.isZero()) {
      return;
    }
    if (!places.tryAcquire()) {
      throw ProblemException.tooManyRequests("Too many wrong " + what + "s; come back later.");
    }
    try {
      Thread.sleep(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  /** Counts a wrong secret, and returns how long its response is to be delayed. */
  synchronized Duration count(String address) {
    counter.increment();
    Instant now = clock.instant();
    Tries before = tries.get(address);
    long count =
        before == null || before.last().plus(FORGOTTEN_AFTER).isBefore(now)
            ? 1
            : before.count() + 1;
    tries.put(address, new Tries(count, now));
    if (tries.size() > ADDRESSES) {
      tries.remove(tries.keySet().iterator().next());
    }
    if (isPowerOfTen(count)) {
      log.warn("{} wrong {}(s) from {}", count, what, address);
    }
    return count <= FREE ? Duration.ZERO : DELAY.after(Math.toIntExact(Math.min(count - FREE, 99)));
  }

  /**
   * A line for the 1st, the 10th, the 100th: a client that tries millions does not fill the log.
   */
  private static boolean isPowerOfTen(long count) {
    long power = 1;
    while (power < count) {
      power *= 10;
    }
    return power == count;
  }
}
