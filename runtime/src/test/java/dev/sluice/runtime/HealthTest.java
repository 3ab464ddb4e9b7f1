package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealthTest {
  private final Health health = new Health();

  @Test
  void isReadyWhenNothingFails() {
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void tellsWhatFailsUntilItWorksAgain() {
    health.failing("kafka", "no answer");
    health.failing("kafka", "still no answer");

    assertThat(health.problems()).containsEntry("kafka", "still no answer");

    health.working("kafka");

    assertThat(health.problems()).isEmpty();
  }

  @Test
  void isNotReadyWhileSomethingStarts() {
    health.starting("streams");

    assertThat(health.problems()).containsOnlyKeys("streams");
  }
}
