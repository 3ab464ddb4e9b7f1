package dev.sluice.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The pause before a failed component is restarted. It grows with each failure and starts over
 * after 5 minutes without one.
 */
public final class Restarts {
  private static final Backoff WAIT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15));
  private static final Duration GOOD_SPELL = Duration.ofMinutes(5);

  private final InstantSource clock;
  private int failures;
  private Instant lastFailure = Instant.MIN;

  public Restarts(InstantSource clock) {
    this.clock = clock;
  }

  /** Records a failure and returns the pause before the restart. */
  public synchronized Duration next() {
    Instant now = clock.instant();
    failures = now.minus(GOOD_SPELL).isAfter(lastFailure) ? 1 : failures + 1;
    lastFailure = now;
    return WAIT.after(failures);
  }
}
