package dev.sluice.benchmark.chaos;

import dev.sluice.local.SeparateInfrastructure;
import org.junit.jupiter.api.Test;

/** A short version of {@code sluice benchmark steering}. */
class SteeringIT {
  @Test
  void nothingIsLaunchedLaterThanASecondAfterAPauseOrACancel() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      new Steering(servers, System.out::println).pauseAndCancel(4_000, 800);
    }
  }
}
