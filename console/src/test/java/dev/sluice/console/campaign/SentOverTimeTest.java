package dev.sluice.console.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SentOverTimeTest {
  private static final Instant START = Instant.parse("2027-03-01T09:00:00Z");

  private final SentOverTime sent = new SentOverTime();

  @Test
  void nothingIsKnownBeforeTheFirstMessage() {
    assertThat(sent.steps()).isEqualTo(SentOverTime.Steps.NONE);
  }

  @Test
  void countsBySecondsAsLongAsTheyAreFew() {
    sent.add(START.plusMillis(700));
    sent.add(START.plusMillis(2_100));
    sent.add(START.plusMillis(2_900));

    assertThat(sent.steps().from()).isEqualTo(START);
    assertThat(sent.steps().stepSeconds()).isOne();
    assertThat(sent.steps().sent()).containsExactly(1, 0, 2);
  }

  @Test
  void aCampaignOfADayTakesNoMoreRoomAndLosesNobody() {
    for (int minute = 0; minute < 24 * 60; minute++) {
      sent.add(START.plusSeconds(60L * minute));
    }

    assertThat(sent.steps().sent()).hasSizeLessThanOrEqualTo(SentOverTime.STEPS);
    assertThat(sent.steps().sent().stream().mapToInt(Integer::intValue).sum()).isEqualTo(24 * 60);
    assertThat(sent.steps().stepSeconds()).isEqualTo(512);
  }

  @Test
  void whatComesLateFromAnotherWorkerCountsFromTheBeginning() {
    sent.add(START);
    sent.add(START.minusSeconds(3));

    assertThat(sent.steps().sent()).containsExactly(2);
  }

  /** A clock may be wrong by thousands of years. */
  @Test
  void timesFarAheadAreCountedAsWell() {
    sent.add(START);
    sent.add(Instant.parse("9999-12-31T23:59:59Z"));

    assertThat(sent.steps().sent()).hasSizeLessThanOrEqualTo(SentOverTime.STEPS);
  }
}
