package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchLimitTest {
  private static final int FIRST = 100;
  private static final Duration QUICK = Duration.ofMillis(20);

  private final BatchLimit limit = new BatchLimit(FIRST);

  @Test
  void aBacklogNeedsFewStatements() {
    for (int i = 0; i < 6; i++) {
      assertThat(limit.most()).isEqualTo(FIRST << i);
      write(QUICK);
    }
    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST);
    write(QUICK);
    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST);
  }

  @Test
  void smallBatchesSayNothingOfLargeOnes() {
    limit.written(FIRST - 1, QUICK);

    assertThat(limit.most()).isEqualTo(FIRST);
  }

  @Test
  void afterAFailureStatementsAreSmall() {
    grow();
    limit.failed(BatchLimit.LARGEST);
    assertThat(limit.most()).isEqualTo(FIRST);

    limit.failed(FIRST);
    assertThat(limit.most()).isEqualTo(FIRST / 2);
    for (int i = 0; i < 20; i++) {
      limit.failed(limit.most());
    }
    assertThat(limit.most()).isEqualTo(1);
  }

  /** A trigger takes a second a row. */
  @Test
  void fewRowsThatFitAreNotFollowedByMany() {
    for (int size = FIRST; size > 6; size = limit.most()) {
      limit.failed(size);
    }
    int fits = limit.most();
    limit.written(fits, QUICK);

    assertThat(limit.most()).isEqualTo(2 * fits);
  }

  /** Otherwise ten campaigns whose rows are slow keep others waiting for minutes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 50, 200, 400, 2_000})
  void slowRowsAreWrittenInStatementsOfSeconds(int millisARow) {
    for (int i = 0; i < 10; i++) {
      write(Duration.ofMillis((long) millisARow * limit.most()));
    }

    assertThat(Duration.ofMillis((long) millisARow * limit.most()))
        .isBetween(Duration.ofSeconds(2), BatchLimit.LONGEST);
  }

  /** Smaller batches would only write less, and a healthy campaign would fall behind. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6, 20})
  void aDatabaseThatIsSlowWhateverIsWrittenGetsLargeBatches(int seconds) {
    for (int i = 0; i < 10; i++) {
      write(Duration.ofSeconds(seconds));
    }

    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST);
  }

  /** A trigger is added that takes 200 ms a row, when batches of all sizes took milliseconds. */
  @Test
  void whatWasLearnedIsForgottenWithAFailure() {
    grow();
    for (int i = 0; i < 12; i++) {
      long millis = 200L * limit.most();
      if (millis > 30_000) {
        limit.failed(limit.most());
      } else {
        write(Duration.ofMillis(millis));
      }
    }

    assertThat(limit.most()).isBetween(12, 25);
  }

  @Test
  void soDoesOneThatBeganWithASingleRow() {
    limit.written(1, Duration.ofSeconds(6));
    for (int i = 0; i < 15; i++) {
      write(Duration.ofSeconds(6));
    }

    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST);
  }

  @Test
  void aLongStatementOnceIsForgottenSoon() {
    grow();
    write(Duration.ofSeconds(6));
    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST / 2);
    write(QUICK);

    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST);
  }

  private void write(Duration took) {
    limit.written(limit.most(), took);
  }

  private void grow() {
    while (limit.most() < BatchLimit.LARGEST) {
      write(QUICK);
    }
  }
}
