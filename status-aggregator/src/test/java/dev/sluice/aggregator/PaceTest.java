package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final UUID ONE = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  private final Pace pace = new Pace();

  @Test
  void onlyWritesSinceThenCount() {
    pace.wrote(ONE, 100, Duration.ofMillis(200), 1_000);

    assertThat(pace.since(999, 1_000)).isEqualTo(Duration.ofMillis(2));
    assertThat(pace.since(1_000, 1_001)).isNull();
    assertThat(pace.since(0, 999)).as("the time was set back").isNull();
    pace.forget(ONE);
    assertThat(pace.since(999, 1_000)).isNull();
  }

  @Test
  void newerWritesOfACampaignCountMore() {
    pace.wrote(ONE, 200, Duration.ofMillis(100), 1);
    pace.wrote(ONE, 100, Duration.ofMillis(550), 2);

    assertThat(pace.since(0, 2)).isEqualTo(Duration.ofMillis(3));
  }

  /** Its rows are slow, but few enough to be written in time. */
  @Test
  void anotherSlowCampaignDoesNotPassForUsual() {
    pace.wrote(ONE, 100, Duration.ofMillis(200), 1);
    pace.wrote(OTHER, 50, Duration.ofMillis(5), 1);

    assertThat(pace.since(0, 1)).isEqualTo(Duration.ofNanos(100_000));
  }

  /** Nothing may have been left to change in most of them. */
  @Test
  void aFewFastRowsDoNotPassForUsual() {
    pace.wrote(ONE, 100, Duration.ofMillis(400), 1);
    pace.wrote(OTHER, 10, Duration.ofMillis(1), 1);

    assertThat(pace.since(0, 1)).isEqualTo(Duration.ofMillis(4));
  }

  /** Most of their time is that of a statement, whatever it writes. */
  @Test
  void theRowsOfSmallStatementsDoNotPassForSlow() {
    pace.wrote(ONE, 2, Duration.ofMillis(4), 1);

    assertThat(pace.since(0, 1)).isLessThan(Duration.ofMillis(1));
  }
}
