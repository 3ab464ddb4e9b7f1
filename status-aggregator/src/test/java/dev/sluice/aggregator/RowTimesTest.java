package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RowTimesTest {
  private static final UUID ONE = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  private final RowTimes rowTimes = new RowTimes();

  @Test
  void onlyWritesSinceThenCount() {
    rowTimes.wrote(ONE, 100, Duration.ofMillis(200), 1_000);

    assertThat(rowTimes.since(999, 1_000)).isEqualTo(Duration.ofMillis(2));
    assertThat(rowTimes.since(1_000, 1_001)).isNull();
    assertThat(rowTimes.since(0, 999)).as("the time was set back").isNull();
    rowTimes.forget(ONE);
    assertThat(rowTimes.since(999, 1_000)).isNull();
  }

  @Test
  void newerWritesOfACampaignCountMore() {
    rowTimes.wrote(ONE, 200, Duration.ofMillis(100), 1);
    rowTimes.wrote(ONE, 100, Duration.ofMillis(550), 2);

    assertThat(rowTimes.since(0, 2)).isEqualTo(Duration.ofMillis(3));
  }

  /** Its rows are slow, but few enough to be written in time. */
  @Test
  void anotherSlowCampaignDoesNotPassForUsual() {
    rowTimes.wrote(ONE, 100, Duration.ofMillis(200), 1);
    rowTimes.wrote(OTHER, 50, Duration.ofMillis(5), 1);

    assertThat(rowTimes.since(0, 1)).isEqualTo(Duration.ofNanos(100_000));
  }

  /** Nothing may have been left to change in most of them. */
  @Test
  void aFewFastRowsDoNotPassForUsual() {
    rowTimes.wrote(ONE, 100, Duration.ofMillis(400), 1);
    rowTimes.wrote(OTHER, 10, Duration.ofMillis(1), 1);

    assertThat(rowTimes.since(0, 1)).isEqualTo(Duration.ofMillis(4));
  }

  /** Most of their time is that of a statement, whatever it writes. */
  @Test
  void theRowsOfSmallStatementsDoNotPassForSlow() {
    rowTimes.wrote(ONE, 2, Duration.ofMillis(4), 1);

    assertThat(rowTimes.since(0, 1)).isLessThan(Duration.ofMillis(1));
  }
}
