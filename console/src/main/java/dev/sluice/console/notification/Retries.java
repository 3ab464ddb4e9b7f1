package dev.sluice.console.notification;

import dev.sluice.runtime.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When an event that was not taken is posted again: after 1 s to 5 minutes, twice as long each
 * time. It is given up a day after it was first posted, or once it has been refused for an hour
 * without an outage between, as one that its receiver cannot digest must not hold up the others
 * forever.
 */
final class Retries {
  static final Duration GIVEN_UP_AFTER = Duration.ofHours(24);
  static final Duration REFUSED_FOR = Duration.ofHours(1);

  /** The longest wait that a receiver may ask for. */
  static final Duration LONGEST_ASKED = Duration.ofHours(1);

  private static final Backoff WAIT = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));

  private final RandomGenerator random;
  private final long firstNanos;
  private @Nullable Long refusedNanos;
  private int failures;

  /**
   * Begins with an event.
   *
   * @param nowNanos the monotonic time
   */
  Retries(RandomGenerator random, long nowNanos) {
    this.random = random;
    firstNanos = nowNanos;
  }

  /** Returns the wait before it is posted again; empty if it is given up. */
  Optional<Duration> refused(long nowNanos) {
    if (refusedNanos == null) {
      refusedNanos = nowNanos;
    }
    return nowNanos - refusedNanos >= REFUSED_FOR.toNanos()
        ? Optional.empty()
        : after(nowNanos, Duration.ZERO);
  }

  /**
   * Returns the wait before it is posted again; empty if it is given up.
   *
   * @param asked how long the receiver asks to wait, or null
   */
  Optional<Duration> away(@Nullable Duration asked, long nowNanos) {
    refusedNanos = null;
    Duration wanted = asked == null ? Duration.ZERO : asked;
    return after(nowNanos, wanted.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : wanted);
  }

  private Optional<Duration> after(long nowNanos, Duration atLeast) {
    if (nowNanos - firstNanos >= GIVEN_UP_AFTER.toNanos()) {
      return Optional.empty();
    }
    failures++;
    // Half of it at random: what fails together is not to be tried together.
    long half = WAIT.after(failures).toNanos() / 2;
    Duration wait = Duration.ofNanos(half + random.nextLong(half + 1));
    return Optional.of(wait.compareTo(atLeast) < 0 ? atLeast : wait);
  }
}
