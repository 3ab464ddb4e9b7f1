package dev.sluice.benchmark.chaos;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The short form of {@code sluice benchmark chaos}. */
class ChaosIT {
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());

  /** Frozen for longer than its session, a role must not act when it thaws. */
  @Test
  void randomRolesAreKilledAndOneIsFrozenUntilOthersHaveTakenOver() throws Exception {
    new Chaos(new Chaos.Plan(2_000, 120, 4, 1, Duration.ofSeconds(9), SEED), System.out::println)
        .run();
  }
}
