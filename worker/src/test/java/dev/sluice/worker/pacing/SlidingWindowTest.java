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

  @Test
  void hasRoomForSoManyAndNoMore() {
    assertThat(second.waitNanos(2, 0)).isZero();
    second.add(0);
    assertThat(second.waitNanos(2, 0)).isZero();
    second.add(0);
    assertThat(second.waitNanos(2, 0)).isEqualTo(SECOND);
  }

  @Test
  void onlyALargeLaneMakesUpForLostTime() {
    assertThat(passAtOnce(79)).isEqualTo(79);
    assertThat(passAtOnce(80)).isEqualTo(81);
    assertThat(passAtOnce(1_000)).isEqualTo(1_006);
  }

  private static int passAtOnce(double permitsPerSecond) {
    SlidingWindow empty = new SlidingWindow();
    int passed = 0;
    while (empty.waitNanos(permitsPerSecond, 0) == 0) {
      empty.add(0);
      passed++;
    }
    return passed;
  }

  @Test
  void aFractionOfAMessageCountsAsOne() {
    assertThat(passAtOnce(2.5)).isEqualTo(3);
    assertThat(passAtOnce(0.5)).isEqualTo(1);
  }

  @Test
  void afterTheRateWasLoweredItWaitsForAsManyAsAreTooMany() {
    for (int i = 0; i < 10; i++) {
      second.add(millis(100 * i));
    }

    assertThat(second.waitNanos(3, millis(950))).isEqualTo(millis(700) + SECOND - millis(950));
  }

  /** Compares with an implementation that counts all sends each time. */
  @Property(tries = 300)
  void forgetsASendExactlyWhenItsSecondIsOver(@ForAll long seed) {
    Random random = new Random(seed);
    SlidingWindow tested = new SlidingWindow();
    List<Long> all = new ArrayList<>();
    long now = 0;
    double rate = 1 + random.nextInt(30);
    for (int i = 0; i < 2_000; i++) {
      now += millis(random.nextInt(60));
      if (random.nextInt(200) == 0) {
        rate = (1 + random.nextInt(60)) / 2.0;
      }
      long asked = now;
      all.removeIf(sent -> asked - sent >= SECOND);
      boolean free = all.size() < Math.ceil(rate);

      assertThat(tested.waitNanos(rate, now) == 0).isEqualTo(free);
      if (free) {
        tested.add(now);
        all.add(now);
      }
    }
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
