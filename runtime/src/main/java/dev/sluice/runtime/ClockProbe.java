package dev.sluice.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Reports that the machine's clock was set back. Kafka's clients time their heartbeats by that
 * clock and send none until it has passed the time that it showed before, so that their groups
 * expel them. No setting changes that; new clients are not affected.
 */
public final class ClockProbe {
  private static final String COMPONENT = "machine clock";
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Heartbeats that are this late are in time, because members are expelled after 6 s. */
  private static final Duration TOLERATED = Duration.ofSeconds(3);

  private final InstantSource clock;
  private final Health health;
  private Instant latest;

  ClockProbe(InstantSource clock, Health health) {
    this.clock = clock;
    this.health = health;
    latest = clock.instant();
  }

  /** Starts watching the machine's clock; close the loop to stop. */
  public static Loop start(Health health) {
    ClockProbe probe = new ClockProbe(InstantSource.system(), health);
    return Loop.start(
        "probe of the clock",
        () -> {
          probe.review();
          return EVERY;
        });
  }

  void review() {
    Instant now = clock.instant();
    if (now.isBefore(latest.minus(TOLERATED))) {
      health.failing(
          COMPONENT,
          "it was set back by %d s; before %s, Kafka's clients in this process send no heartbeats"
                  .formatted(Duration.between(now, latest).toSeconds(), latest)
              + " and lose their partitions: restart the process");
    } else {
      health.working(COMPONENT);
      latest = now.isAfter(latest) ? now : latest;
    }
  }
}
