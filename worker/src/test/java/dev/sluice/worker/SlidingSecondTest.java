package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlidingSecondTest {
  private final SlidingSecond second = new SlidingSecond();

  /** Knows no answers yet: each that takes any time is late. */
  private final AnswerTime answers = new AnswerTime();

  @Test
  void hasRoomForSoManyAndNoMore() {
    assertThat(second.waitNanos(2, 0)).isZero();
    second.enter(0, answers);
    assertThat(second.waitNanos(2, 0)).isZero();
    second.enter(0, answers);
    assertThat(second.waitNanos(2, 0)).isPositive();
  }

  @Test
  void aRateThatIsNoWholeNumberShortensTheSecond() {
    second.enter(0, answers).answered(0);
    second.enter(0, answers).answered(0);

    assertThat(second.waitNanos(2.5, millis(798))).isEqualTo(millis(2));
    assertThat(second.waitNanos(2.5, millis(800))).isZero();
  }

  @Test
  void lessThanOneASecondIsOneInALongerTime() {
    second.enter(0, answers).answered(0);

    assertThat(second.waitNanos(0.5, millis(1_998))).isEqualTo(millis(2));
    assertThat(second.waitNanos(0.5, millis(2_000))).isZero();
  }

  @Test
  void anAnsweredSendLeavesAfterASecond() {
    second.enter(0, answers).answered(0);

    assertThat(second.waitNanos(1, millis(998))).isEqualTo(millis(2));
    assertThat(second.waitNanos(1, millis(1_000))).isZero();
  }

  @Test
  void aLateAnswerKeepsItsPlaceForAsMuchLonger() {
    second.enter(0, answers).answered(millis(300));

    assertThat(second.waitNanos(1, millis(1_298))).isEqualTo(millis(2));
    assertThat(second.waitNanos(1, millis(1_300))).isZero();
  }

  @Test
  void aSendThatHangsIsNotWaitedForWithoutEnd() {
    second.enter(0, answers);

    assertThat(second.waitNanos(1, millis(1_999))).isPositive();
    assertThat(second.waitNanos(1, millis(2_000))).isZero();
  }

  @Test
  void aLateOneDoesNotHoldUpThoseBehindIt() {
    second.enter(0, answers);
    second.enter(millis(10), answers).answered(millis(10));

    assertThat(second.waitNanos(2, millis(1_010))).isZero();
  }

  @Test
  void aProviderThatAlwaysTakesSecondsStillGetsTheWholeRate() {
    AnswerTime slow = new AnswerTime();
    // For two minutes.
    for (int i = 0; i < 2_000; i++) {
      slow.lateness(millis(3_000), millis(60 * i));
    }
    second.enter(0, slow);

    assertThat(second.waitNanos(1, millis(999))).isPositive();
    assertThat(second.waitNanos(1, millis(1_000))).isZero();
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
