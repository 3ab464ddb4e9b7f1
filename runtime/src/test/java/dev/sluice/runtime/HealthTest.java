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

  @Test
  void isReadyInSpiteOfANoticeWhichMayBeOver() {
    health.notice("users", "line 3 is wrong");

    assertThat(health.problems()).isEmpty();
    assertThat(health.notices()).containsEntry("users", "line 3 is wrong");

    health.noticeOver("users");
    health.noticeOver("users");

    assertThat(health.notices()).isEmpty();
  }
}
