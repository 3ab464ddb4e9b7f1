package dev.sluice.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The pause before a failed part is restarted: it grows while the part keeps failing, and is short
 * again once it has run for a while.
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

  /** It died. */
  public synchronized Duration next() {
    Instant now = clock.instant();
    failures = now.minus(GOOD_SPELL).isAfter(lastFailure) ? 1 : failures + 1;
    lastFailure = now;
    return WAIT.after(failures);
  }
}
