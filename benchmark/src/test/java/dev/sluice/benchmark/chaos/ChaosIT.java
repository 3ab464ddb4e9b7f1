package dev.sluice.benchmark.chaos;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The short form of {@code sluice benchmark chaos}. */
class ChaosIT {
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());

  @Test
  void randomRolesAreKilledAtRandomMoments() throws Exception {
    new Chaos(new Chaos.Plan(1_500, 120, 4, 0, Duration.ZERO, SEED), System.out::println).run();
  }

  /** Frozen for longer than its session, a role must not act when it thaws. */
  @Test
  void rolesAreFrozenAndThawAfterOthersHaveTakenOver() throws Exception {
    new Chaos(new Chaos.Plan(1_500, 120, 0, 1, Duration.ofSeconds(9), SEED), System.out::println)
        .run();
  }
}
