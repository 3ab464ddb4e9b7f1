package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LagTest {
  private static final long LATE = 70_000;
  private final Lag lag = new Lag(Duration.ofSeconds(10));

  @Test
  void aCampaignIsBehindWhenItsResultsAreLateForHalfAMinute() {
    lag.look(LATE - 1, false, 0, 0);
    lag.look(LATE, false, 0, 1_000);
    lag.look(LATE, false, 1_001, 30_999);
    assertThat(lag.behind()).isFalse();

    lag.look(LATE, false, 1_001, 31_000);
    assertThat(lag.behind()).isTrue();
    lag.look(LATE - 1, false, 1_001, 32_000);
    assertThat(lag.behind()).isFalse();
  }

  @Test
  void whileNobodysResultsAreWrittenInTimeNobodyIsBehind() {
    lag.look(LATE, false, 0, 1_000);
    lag.look(LATE, false, 999, 600_000);
    assertThat(lag.behind()).isFalse();

    lag.look(LATE, false, 1_001, 600_001);
    assertThat(lag.behind()).isTrue();
  }

  /** Then its results are old, however fast they are written now. */
  @Test
  void afterAnOutageACampaignHasTimeToCatchUp() {
    for (long now = 0; now <= 600_000; now += 10_000) {
      lag.look(now, true, 0, now);
    }
    lag.look(600_100, false, 600_050, 600_100);
    lag.look(600_100, false, 630_000, 630_099);
    assertThat(lag.behind()).isFalse();

    lag.look(600_100, false, 630_000, 630_100);
    assertThat(lag.behind()).isTrue();
  }
}
