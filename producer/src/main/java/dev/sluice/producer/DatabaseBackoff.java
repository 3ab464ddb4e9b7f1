package dev.sluice.producer;

import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** While the database is unavailable, admits only a periodic attempt. */
final class DatabaseBackoff {
  private static final Backoff WAIT = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  private final Health health;
  private final InstantSource clock;
  private int failures;
  private Instant until = Instant.MIN;

  DatabaseBackoff(Health health, InstantSource clock) {
    this.health = health;
    this.clock = clock;
  }

  boolean lasts() {
    return clock.instant().isBefore(until);
  }

  void noticed(String reason) {
    health.failing("postgresql", "reading campaigns failed: " + reason);
    if (!lasts()) {
      failures++;
      until = clock.instant().plus(WAIT.after(failures));
    }
  }

  void over() {
    failures = 0;
  }
}
