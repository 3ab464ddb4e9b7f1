package dev.sluice.producer;

import dev.sluice.schema.Backoff;
import dev.sluice.schema.Database;
import dev.sluice.schema.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jooq.exception.DataAccessException;

/**
 * One turn of the fan-out: moves campaigns through their lives, then gives each sender's running
 * campaigns as much as its lanes have room for.
 */
final class Feeder {
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  private final Lives lives;
  private final Feeding feeding;
  private final Health health;
  private final InstantSource clock;
  private int failures;
  private Instant pausedUntil = Instant.MIN;

  Feeder(Lives lives, Feeding feeding, Health health, InstantSource clock) {
    this.lives = lives;
    this.feeding = feeding;
    this.health = health;
    this.clock = clock;
  }

  /** Does what can be done now; a database that fails is tried again after a while. */
  void turn() {
    if (clock.instant().isBefore(pausedUntil)) {
      return;
    }
    try {
      lives.turn();
      feeding.turn();
      failures = 0;
    } catch (DataAccessException e) {
      failures++;
      pausedUntil = clock.instant().plus(AFTER_FAILURE.after(failures));
      health.failing("postgresql", "reading campaigns failed: " + Database.reason(e));
    }
  }
}
