package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlidingSecondTest {
  private final SlidingSecond second = new SlidingSecond();

  @Test
  void hasRoomForSoManyAndNoMore() {
    assertThat(second.waitNanos(2, 0)).isZero();
    second.enter(0);
    assertThat(second.waitNanos(2, 0)).isZero();
    second.enter(0);
    assertThat(second.waitNanos(2, 0)).isPositive();
  }

  @Test
  void anAnsweredSendLeavesAfterASecond() {
    second.enter(0).answered(0);

    assertThat(second.waitNanos(1, millis(998))).isEqualTo(millis(2));
    assertThat(second.waitNanos(1, millis(1_000))).isZero();
  }

  @Test
  void aLateAnswerKeepsItsPlaceForAsMuchLonger() {
    second.enter(0).answered(millis(300));

    assertThat(second.waitNanos(1, millis(1_298))).isEqualTo(millis(2));
    assertThat(second.waitNanos(1, millis(1_300))).isZero();
  }

  @Test
  void aSendThatHangsIsNotWaitedForWithoutEnd() {
    second.enter(0);

    assertThat(second.waitNanos(1, millis(1_999))).isPositive();
    assertThat(second.waitNanos(1, millis(2_000))).isZero();
  }

  @Test
  void aLateOneDoesNotHoldUpThoseBehindIt() {
    second.enter(0);
    second.enter(millis(10)).answered(0);

    assertThat(second.waitNanos(2, millis(1_010))).isZero();
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
