package dev.sluice.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a message that the provider did not accept is retried.
 *
 * @param maxAttempts the total number of attempts after which the recipient has failed
 * @param maxAge how long after its first attempt a message may still be tried
 * @param first the wait after the first attempt; it doubles with each further one
 * @param longest the longest wait
 * @param inMemory waits up to this are spent in memory; for longer ones the message goes back to
 *     the producer
 */
public record RetryPolicy(
    int maxAttempts, Duration maxAge, Duration first, Duration longest, Duration inMemory) {
  /** Five attempts within a day, waiting 1 s to 60 s between them. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          5,
          Duration.ofDays(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30));

  boolean exhausted(SendTask task, Instant now) {
    return task.attempts() >= maxAttempts || task.age(now).compareTo(maxAge) >= 0;
  }

  /**
   * Returns the wait before the next attempt, with jitter so that failed messages do not return all
   * at once.
   *
   * @param attempts attempts so far, from 1
   * @param asked the wait the provider asks for, or null; capped by {@code maxAge}
   */
  Duration wait(int attempts, @Nullable Duration asked, RandomGenerator random) {
    if (asked != null) {
      return asked.compareTo(maxAge) > 0 ? maxAge : asked.isNegative() ? Duration.ZERO : asked;
    }
    long doubled = first.toMillis() << Math.min(Math.max(attempts - 1, 0), 20);
    long bounded = Math.min(doubled, longest.toMillis());
    return Duration.ofMillis(bounded / 2 + random.nextLong(bounded / 2 + 1));
  }
}
