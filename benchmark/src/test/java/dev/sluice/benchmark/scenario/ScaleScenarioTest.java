package dev.sluice.benchmark.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScaleScenarioTest {
  private final ScaleScenario.Cost usual = new ScaleScenario.Cost("100,000", 1, 200, 40);

  @Test
  void aCostWithinATenthMissesNothing() {
    assertThat(new ScaleScenario.Cost("1,000,000", 0.99, 219, 40).missed(usual)).isEmpty();
    assertThat(new ScaleScenario.Cost("10 of 10,000", Double.NaN, 150, 40).missed(usual)).isEmpty();
  }

  @Test
  void whatIsMissedIsNamed() {
    assertThat(new ScaleScenario.Cost("1,000,000", 0.98, 221, 40).missed(usual))
        .containsExactly(
            "1,000,000: at least 99 % of the rate",
            "1,000,000: within 10 % of the cost of 100,000");
  }
}
