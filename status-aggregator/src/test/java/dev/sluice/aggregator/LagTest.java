package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LagTest {
  private static final long LATE = 30_000;
  private final Lag lag = new Lag(Duration.ofSeconds(10));

  @Test
  void aCampaignIsBehindWhenItsResultsAreLateForHalfAMinuteAndItsRowsTakeLong() {
    lag.look(LATE - 1, false, 0, 0);
    lag.look(LATE, false, 0, 1_000);
    lag.wrote(100, Duration.ofSeconds(2));
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
    lag.wrote(100, Duration.ofSeconds(2));
    lag.look(LATE, false, 999, 600_000);
    assertThat(lag.behind()).isFalse();

    lag.look(LATE, false, 1_001, 600_001);
    assertThat(lag.behind()).isTrue();
  }

  /** Its results are as old as the outage, and there are many of them. */
  @Test
  void aLargeCampaignThatCatchesUpAfterAnOutageIsNotBehind() {
    for (long now = 0; now <= 600_000; now += 10_000) {
      lag.look(now, true, 0, now);
    }
    for (long now = 600_000; now <= 900_000; now += 10_000) {
      lag.wrote(4_000, Duration.ofSeconds(10));
      lag.look(now, false, now - 1, now);
      assertThat(lag.behind()).isFalse();
    }
  }

  @Test
  void aCampaignThatWaitsForItsTurnIsNotBehind() {
    for (long now = 0; now <= 300_000; now += 10_000) {
      lag.wrote(1, Duration.ofMillis(20));
      lag.look(LATE + now, false, now - 1, now);
      assertThat(lag.behind()).isFalse();
    }
  }

  @Test
  void aCampaignWhoseRowsBecomeFastIsNotBehindAnyMore() {
    lag.look(LATE, false, 0, 0);
    lag.wrote(0, Duration.ofSeconds(30));
    lag.look(LATE, false, 1, 30_000);
    assertThat(lag.behind()).isTrue();

    lag.wrote(50_000, Duration.ofSeconds(10));
    lag.look(LATE, false, 60_000, 60_000);
    assertThat(lag.behind()).isFalse();
  }
}
