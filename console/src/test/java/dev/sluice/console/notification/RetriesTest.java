package dev.sluice.console.notification;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** With a clock that the test moves on. */
class RetriesTest {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Retries retries = new Retries(new Random(1), 0);
  private Duration now = Duration.ZERO;

  @Test
  void waitsTwiceAsLongEachTimeUpToFiveMinutesAndHalfOfItAtRandom() {
    Duration longest = Duration.ofSeconds(1);
    for (int failure = 1; failure <= 12; failure++) {
      Duration wait = away(null).orElseThrow();

      assertThat(wait).isBetween(longest.dividedBy(2), longest);
      longest = longest.multipliedBy(2).compareTo(LONGEST) < 0 ? longest.multipliedBy(2) : LONGEST;
    }
  }

  @Test
  void twoThatFailAtTheSameTimeAreNotTriedAgainAtTheSameTime() {
    Retries other = new Retries(new Random(2), 0);

    assertThat(retries.away(null, 0)).isNotEqualTo(other.away(null, 0));
  }

  @Test
  void whatIsAwayForADayIsGivenUpWithoutHavingBeenHammered() {
    int posted = 1;
    for (Optional<Duration> wait = away(null); wait.isPresent(); wait = away(null)) {
      now = now.plus(wait.get());
      posted++;
    }

    assertThat(now).isBetween(Duration.ofHours(24), Duration.ofHours(24).plus(LONGEST));
    assertThat(posted).isBetween(24 * 12, 24 * 24 + 20);
  }

  @Test
  void whatIsRefusedForAnHourIsGivenUp() {
    int posted = 1;
    for (Optional<Duration> wait = refused(); wait.isPresent(); wait = refused()) {
      now = now.plus(wait.get());
      posted++;
    }

    assertThat(now).isBetween(Duration.ofHours(1), Duration.ofHours(1).plus(LONGEST));
    assertThat(posted).isBetween(12, 40);
  }

  /** A proxy in front of what is being deployed may refuse everything for a moment. */
  @Test
  void aRefusalAfterALongOutageIsTriedForAnHourAsWell() {
    assertThat(away(null)).isPresent();
    now = Duration.ofHours(5);
    assertThat(refused()).isPresent();
    now = Duration.ofHours(5).plusMinutes(59);
    assertThat(refused()).isPresent();
    now = Duration.ofHours(6);
    assertThat(refused()).isEmpty();
  }

  @Test
  void anOutageBetweenTwoRefusalsIsNoRefusal() {
    assertThat(refused()).isPresent();
    now = Duration.ofMinutes(1);
    assertThat(away(null)).isPresent();
    now = Duration.ofMinutes(62);
    assertThat(refused()).isPresent();
  }

  @Test
  void waitsAsLongAsTheReceiverAsksWithinAnHour() {
    assertThat(away(Duration.ofSeconds(90))).contains(Duration.ofSeconds(90));
    assertThat(away(Duration.ofDays(3))).contains(Duration.ofHours(1));
    assertThat(away(Duration.ZERO).orElseThrow()).isPositive();
  }

  private Optional<Duration> away(Duration asked) {
    return retries.away(asked, now.toNanos());
  }

  private Optional<Duration> refused() {
    return retries.refused(now.toNanos());
  }
}
