package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {
  private static final long SECOND = SlidingWindow.SECOND_NANOS;

  private final SlidingWindow second = new SlidingWindow();

  /** Knows no answers yet: each that takes any time is late. */
  private final LatencyEstimator answers = new LatencyEstimator();

  @Test
  void hasRoomForSoManyAndNoMore() {
    assertThat(second.waitNanos(2, 0)).isZero();
    second.enter(0, answers);
    assertThat(second.waitNanos(2, 0)).isZero();
    second.enter(0, answers);
    assertThat(second.waitNanos(2, 0)).isPositive();
  }

  @Test
  void onlyALargeLaneMakesUpForLostTime() {
    assertThat(passAtOnce(79)).isEqualTo(79);
    assertThat(passAtOnce(80)).isEqualTo(81);
    assertThat(passAtOnce(1_000)).isEqualTo(1_012);
  }

  private int passAtOnce(double permitsPerSecond) {
    SlidingWindow empty = new SlidingWindow();
    int passed = 0;
    while (empty.waitNanos(permitsPerSecond, 0) == 0) {
      empty.enter(0, answers);
      passed++;
    }
    return passed;
  }

  @Test
  void aRateThatIsNoWholeNumberShortensTheSecond() {
    second.enter(0, answers).answered(0);
    second.enter(0, answers).answered(0);

    assertThat(second.waitNanos(2.5, SECOND * 4 / 5 - millis(2))).isEqualTo(millis(2));
    assertThat(second.waitNanos(2.5, SECOND * 4 / 5)).isZero();
  }

  @Test
  void lessThanOneASecondIsOneInALongerTime() {
    second.enter(0, answers).answered(0);

    assertThat(second.waitNanos(0.5, 2 * SECOND - millis(2))).isEqualTo(millis(2));
    assertThat(second.waitNanos(0.5, 2 * SECOND)).isZero();
  }

  @Test
  void anAnsweredSendLeavesAfterASecond() {
    second.enter(0, answers).answered(0);

    assertThat(second.waitNanos(1, SECOND - millis(2))).isEqualTo(millis(2));
    assertThat(second.waitNanos(1, SECOND)).isZero();
  }

  @Test
  void aLateAnswerKeepsItsPlaceForAsMuchLonger() {
    second.enter(0, answers).answered(millis(300));

    assertThat(second.waitNanos(1, SECOND + millis(298))).isEqualTo(millis(2));
    assertThat(second.waitNanos(1, SECOND + millis(300))).isZero();
  }

  @Test
  void aSendThatHangsIsNotWaitedForWithoutEnd() {
    second.enter(0, answers);

    assertThat(second.waitNanos(1, SECOND + millis(999))).isPositive();
    assertThat(second.waitNanos(1, SECOND + millis(1_000))).isZero();
  }

  @Test
  void aLateOneDoesNotHoldUpThoseBehindIt() {
    second.enter(0, answers);
    second.enter(millis(10), answers).answered(millis(10));

    assertThat(second.waitNanos(2, SECOND + millis(10))).isZero();
  }

  @Test
  void aProviderThatAlwaysTakesSecondsStillGetsTheWholeRate() {
    LatencyEstimator slow = new LatencyEstimator();
    // For two minutes.
    for (int i = 0; i < 2_000; i++) {
      slow.lateness(millis(3_000), millis(60 * i));
    }
    second.enter(0, slow);

    assertThat(second.waitNanos(1, SECOND - millis(1))).isPositive();
    assertThat(second.waitNanos(1, SECOND)).isZero();
  }

  /** The same, asking all of them each time. */
  @Property(tries = 300)
  void forgetsAPlaceExactlyWhenItLeaves(@ForAll long seed) {
    Random random = new Random(seed);
    SlidingWindow tested = new SlidingWindow();
    LatencyEstimator learning = new LatencyEstimator();
    List<SlidingWindow.Place> all = new ArrayList<>();
    List<SlidingWindow.Place> open = new ArrayList<>();
    long now = 0;
    double rate = 1 + random.nextInt(30);
    for (int i = 0; i < 2_000; i++) {
      now += millis(random.nextInt(60));
      if (random.nextInt(200) == 0) {
        rate = (1 + random.nextInt(60)) / 2.0;
      }
      if (!open.isEmpty() && random.nextInt(10) > 3) {
        open.remove(random.nextInt(open.size())).answered(now);
      }
      long asked = now;
      long window = Math.round(Math.max(1, (int) rate) / rate * SECOND);
      all.removeIf(place -> place.left(window, asked) <= 0);
      boolean free = all.size() < Math.max(1, (int) rate);

      assertThat(tested.waitNanos(rate, now) == 0).isEqualTo(free);
      if (free) {
        SlidingWindow.Place place = tested.enter(now, learning);
        all.add(place);
        open.add(place);
      }
    }
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
