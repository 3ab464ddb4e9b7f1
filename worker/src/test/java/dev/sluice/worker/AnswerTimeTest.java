package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerTimeTest {
  private final AnswerTime answers = new AnswerTime();

  @Test
  void theFirstAnswersCountAsLate() {
    assertThat(answers.lateness(Duration.ofMillis(300).toNanos()))
        .isEqualTo(Duration.ofMillis(300).toNanos());
  }

  @Test
  void answersThatTakeAsLongAsUsualAreNotLate() {
    Random random = new Random(1);
    double lateMillis = 0;
    for (int i = 0; i < 4_000; i++) {
      long late = answers.lateness(Duration.ofMillis(50 + random.nextInt(100)).toNanos());
      lateMillis += i < 2_000 ? 0 : late / 1e6;
    }

    assertThat(lateMillis / 2_000).isLessThan(10);
  }

  @Test
  void aStallThatMakesAllLateIsStillSeenInItsLastAnswer() {
    for (int i = 0; i < 2_000; i++) {
      answers.lateness(Duration.ofMillis(100).toNanos());
    }
    long late = 0;
    for (int i = 0; i < 30; i++) {
      late = answers.lateness(Duration.ofMillis(500).toNanos());
    }

    assertThat(Duration.ofNanos(late)).isGreaterThan(Duration.ofMillis(250));
  }
}
