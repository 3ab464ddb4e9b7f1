package dev.sluice.benchmark.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateScenarioTest {
  @Test
  void aRateThatIsReachedAndKeptMissesNothing() {
    assertThat(new RateScenario.Measured(80, 1, 0.99, 1.001, 81, 82).missed()).isEmpty();
    assertThat(new RateScenario.Measured(5_000, 3, 1, 1, 5_101, 5_100).missed()).isEmpty();
  }

  @Test
  void whatIsMissedIsNamed() {
    assertThat(new RateScenario.Measured(1_000, 1, 1, 0.98, 1_007, 1_021).missed())
        .containsExactly(
            "1,000/s, 1 worker: at least 99 % of the rate",
            "1,000/s, 1 worker: at most 1006 written in a second",
            "1,000/s, 1 worker: at most 1020 arriving in a second");
  }
}
