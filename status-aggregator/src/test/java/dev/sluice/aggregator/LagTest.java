package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LagTest {
  private static final long LATE = 30_000;
  private final Lag lag = new Lag(Duration.ofSeconds(10));
  private final RowTimes rowTimes = new RowTimes();

  @Test
  void aCampaignIsBehindWhenItsResultsAreLateForHalfAMinuteAndItsRowsTakeLong() {
    check(LATE - 1, 0);
    check(LATE, 1_000);
    lag.wrote(100, Duration.ofSeconds(2));
    othersTake(Duration.ofMillis(5), 1_001);
    check(LATE, 30_999);
    assertThat(lag.behind()).isFalse();

    check(LATE, 31_000);
    assertThat(lag.behind()).isTrue();
    check(LATE - 1, 32_000);
    assertThat(lag.behind()).isFalse();
  }

  @Test
  void whileNobodysResultsAreWrittenInTimeNobodyIsBehind() {
    check(LATE, 1_000);
    lag.wrote(100, Duration.ofSeconds(2));
    othersTake(Duration.ofMillis(5), 999);
    check(LATE, 600_000);
    assertThat(lag.behind()).isFalse();

    othersTake(Duration.ofMillis(5), 1_001);
    check(LATE, 600_001);
    assertThat(lag.behind()).isTrue();
  }

  /** A thousand results a second come, of which every other one is written. */
  @Test
  void aCampaignWhoseRowsTakeTwoMillisecondsIsBehindWhenThoseOfOthersTakeATenth() {
    writeFor30Seconds(15_000, Duration.ofSeconds(30), Duration.ofMillis(10));
    assertThat(lag.behind()).isTrue();
  }

  /** Small campaigns are in time with rows that take 4 ms, and a large one is not. */
  @Test
  void whileTheDatabaseIsSlowForAllALargeCampaignIsNotBehind() {
    writeFor30Seconds(7_500, Duration.ofSeconds(30), Duration.ofMillis(200));
    assertThat(lag.behind()).isFalse();
  }

  /** Else whoever shares the database with very fast ones would be. */
  @Test
  void aCampaignIsNotBehindWhileAThousandRowsASecondAreWritten() {
    writeFor30Seconds(30_000, Duration.ofSeconds(30), Duration.ofMillis(1));
    assertThat(lag.behind()).isFalse();
  }

  /** Its results are as old as the outage, and there are many of them. */
  @Test
  void aLargeCampaignThatCatchesUpAfterAnOutageIsNotBehind() {
    for (long now = 0; now <= 600_000; now += 10_000) {
      lag.check(now, true, rowTimes, now);
    }
    for (long now = 600_000; now <= 900_000; now += 10_000) {
      lag.wrote(20_000, Duration.ofSeconds(10));
      othersTake(Duration.ofMillis(5), now - 1);
      check(now, now);
      assertThat(lag.behind()).isFalse();
    }
  }

  @Test
  void aCampaignThatWaitsForItsTurnIsNotBehind() {
    for (long now = 0; now <= 300_000; now += 10_000) {
      lag.wrote(1, Duration.ofMillis(20));
      othersTake(Duration.ofMillis(5), now - 1);
      check(LATE + now, now);
      assertThat(lag.behind()).isFalse();
    }
  }

  @Test
  void aCampaignWhoseRowsBecomeFastIsNotBehindAnyMore() {
    check(LATE, 0);
    lag.wrote(0, Duration.ofSeconds(30));
    othersTake(Duration.ofMillis(5), 1);
    check(LATE, 30_000);
    assertThat(lag.behind()).isTrue();

    lag.wrote(50_000, Duration.ofSeconds(10));
    othersTake(Duration.ofMillis(5), 30_001);
    check(LATE, 60_000);
    assertThat(lag.behind()).isFalse();
  }

  /** Writes results of a campaign that is late, beside batches of another one. */
  private void writeFor30Seconds(int results, Duration time, Duration aBatchOfOthers) {
    check(LATE, 0);
    lag.wrote(results, time);
    othersTake(aBatchOfOthers, 10_000);
    othersTake(aBatchOfOthers, 20_000);
    check(LATE, 30_000);
  }

  /** Fifty results of another campaign are written in time. */
  private void othersTake(Duration time, long beganMillis) {
    rowTimes.wrote(new UUID(0, 1), 50, time, beganMillis);
  }

  private void check(long ageMillis, long nowMillis) {
    lag.check(ageMillis, false, rowTimes, nowMillis);
  }
}
