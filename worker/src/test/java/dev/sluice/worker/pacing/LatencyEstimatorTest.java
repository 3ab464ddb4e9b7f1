package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyEstimatorTest {
  private final LatencyEstimator answers = new LatencyEstimator();
  private long nowNanos;

  @Test
  void theFirstAnswersCountAsLate() {
    assertThat(millisLate(300)).isEqualTo(300);
  }

  @Test
  void answersThatTakeAsLongAsUsualAreNotLate() {
    Random random = new Random(1);
    double late = 0;
    for (int i = 0; i < 4_000; i++) {
      long one = millisLate(50 + random.nextInt(100));
      late += i < 2_000 ? 0 : one;
    }

    assertThat(late / 2_000).isLessThan(10);
  }

  @Test
  void aStallThatMakesAllLateIsStillSeenInItsLastAnswer() {
    for (int i = 0; i < 2_000; i++) {
      millisLate(100);
    }
    long late = 0;
    for (int i = 0; i < 30; i++) {
      late = millisLate(500);
    }

    assertThat(late).isGreaterThanOrEqualTo(250);
  }

  @Test
  void aColdStartOfSecondsIsNotTakenForTheUsualTime() {
    // Five seconds at a hundred messages a second.
    for (int i = 0; i < 500; i++) {
      millisLate(2_000);
    }

    assertThat(millisLate(2_000)).isGreaterThan(1_000);
    assertThat(answers.late(Duration.ofMillis(999).toNanos())).isTrue();
  }

  @Test
  void aProviderThatTakesSecondsForLongIsBelieved() {
    // Two minutes of them.
    for (int i = 0; i < 12_000; i++) {
      millisLate(2_000);
    }

    assertThat(millisLate(2_000)).isLessThan(100);
    assertThat(answers.late(Duration.ofMillis(1_500).toNanos())).isFalse();
  }

  @Test
  void whatEndsWithoutAnAnswerIsLateAndTeachesNothing() {
    for (int i = 0; i < 2_000; i++) {
      millisLate(100);
    }

    assertThat(answers.lateBy(Duration.ofSeconds(30).toNanos()))
        .isGreaterThan(Duration.ofSeconds(29).toNanos());
    assertThat(answers.late(Duration.ofSeconds(1).toNanos())).isTrue();
  }

  /** The lateness of another answer, which came 10 ms after the one before. */
  private long millisLate(int tookMillis) {
    nowNanos += Duration.ofMillis(10).toNanos();
    long late = answers.lateness(Duration.ofMillis(tookMillis).toNanos(), nowNanos);
    return Duration.ofNanos(late).toMillis();
  }
}
