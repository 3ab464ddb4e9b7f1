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
 * Slows down clients that try tokens or passwords, and logs them. The right token is never delayed,
 * wherever it comes from: behind a proxy all users share one address. A password costs a core's
 * time to check, so it is delayed before; more of them may be wrong.
 */
final class WrongSecrets {
  private static final Logger log = LoggerFactory.getLogger(WrongSecrets.class);

  private static final Backoff DELAY = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(15);
  private static final int ADDRESSES = 1_000;

  /** Responses that are delayed at the same time; further ones get 429. */
  private static final int HELD = 32;

  private final Semaphore places = new Semaphore(HELD);
  private final String what;

  /** Wrong ones after which nothing is delayed, as users mistype. */
  private final int free;

  private final InstantSource clock;
  private final Counter counter;

  /** By address, least recently seen first. */
  private final Map<String, Tries> tries = new LinkedHashMap<>(16, 0.75f, true);

  private record Tries(long count, Instant last) {}

  private WrongSecrets(InstantSource clock, String what, int free, Counter counter) {
    this.clock = clock;
    this.what = what;
    this.free = free;
    this.counter = counter;
  }

  static WrongSecrets tokens(InstantSource clock, MeterRegistry meters) {
    return new WrongSecrets(
        clock,
        "API token",
        3,
        Counter.builder("sluice.console.tokens.wrong")
            .description("Requests with a wrong API token")
            .register(meters));
  }

  static WrongSecrets passwords(InstantSource clock, MeterRegistry meters) {
    return new WrongSecrets(
        clock,
        "password",
        20,
        Counter.builder("sluice.console.passwords.wrong")
            .description("Sign-ins with a wrong name or password")
            .register(meters));
  }

  /**
   * Counts a wrong secret, and delays the response to its request.
   *
   * @throws ProblemException 429 if too many are delayed already
   */
  void holdUp(String address) {
    hold(count(address));
  }

  /**
   * Delays a request before its secret is looked at, if its address has sent many wrong ones.
   *
   * @throws ProblemException 429 if too many are delayed already
   */
  void slowDown(String address) {
    hold(due(address));
  }

  private void hold(Duration delay) {
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

  /** Counts a wrong secret, and returns how long what comes of it is to be delayed. */
  synchronized Duration count(String address) {
    counter.increment();
    long count = before(address) + 1;
    tries.put(address, new Tries(count, clock.instant()));
    if (tries.size() > ADDRESSES) {
      tries.remove(tries.keySet().iterator().next());
    }
    if (isPowerOfTen(count)) {
      log.warn("{} wrong {}(s) from {}", count, what, address);
    }
    return delay(count);
  }

  /** Returns how long the next request from an address is to be delayed. */
  synchronized Duration due(String address) {
    return delay(before(address));
  }

  private long before(String address) {
    Tries before = tries.get(address);
    return before == null || before.last().plus(FORGOTTEN_AFTER).isBefore(clock.instant())
        ? 0
        : before.count();
  }

  private Duration delay(long count) {
    return count <= free ? Duration.ZERO : DELAY.after(Math.toIntExact(Math.min(count - free, 99)));
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
