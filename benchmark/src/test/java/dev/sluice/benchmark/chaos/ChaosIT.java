package dev.sluice.benchmark.chaos;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A short version of {@code sluice benchmark chaos}. */
class ChaosIT {
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());

  /** A role frozen for longer than its session must not act when it thaws. */
  @Test
  void randomRolesAreKilledAndOneIsFrozenUntilOthersHaveTakenOver() throws Exception {
    new Chaos(
            new Chaos.Plan(1_500, 120, 2, 1, Duration.ofSeconds(9), SEED, false),
            System.out::println)
        .run();
  }
}
