package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchLimitTest {
  private static final int FIRST = 100;

  private final BatchLimit limit = new BatchLimit(FIRST);

  @Test
  void aBacklogNeedsFewStatements() {
    for (int i = 0; i < 6; i++) {
      assertThat(limit.most()).isEqualTo(FIRST << i);
      limit.written(limit.most());
    }
    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST);
    limit.written(limit.most());
    assertThat(limit.most()).isEqualTo(BatchLimit.LARGEST);
  }

  @Test
  void smallBatchesSayNothingOfLargeOnes() {
    limit.written(FIRST - 1);

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
    limit.written(fits);

    assertThat(limit.most()).isEqualTo(2 * fits);
  }

  /** A trigger takes 8 ms a row: 3,750 rows fit a statement's 30 s. */
  @Test
  void rowsThatAreSlowAreWrittenAlmostAsFastAsPossible() {
    int fitting = 3_750;
    long written = 0;
    long failures = 0;
    for (long time = 0; time < 40L * fitting; ) {
      int size = limit.most();
      if (size > fitting) {
        time += fitting;
        failures++;
        limit.failed(size);
      } else {
        time += size;
        written += size;
        limit.written(size);
      }
    }
    assertThat(failures).isLessThan(8);
    assertThat(written).isGreaterThan(30L * fitting);
  }

  private void grow() {
    while (limit.most() < BatchLimit.LARGEST) {
      limit.written(limit.most());
    }
  }
}
