package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PlaceRefillTest {
  private static final Duration USUAL = Duration.ofMillis(10);
  private static final long BEGIN = Long.MAX_VALUE - Duration.ofMillis(2).toNanos();

  private final PlaceRefill refill = new PlaceRefill(80);

  @Test
  void anEighthOfTheSlotsIsWorthAnIteration() {
    refill.picked(60, true, BEGIN);

    assertThat(refill.isDue(51)).isFalse();
    assertThat(refill.isDue(50)).isTrue();
  }

  @Test
  void oneOfVeryFewIsWorthAnIterationToo() {
    PlaceRefill few = new PlaceRefill(4);
    few.picked(3, true, BEGIN);

    assertThat(few.isDue(3)).isFalse();
    assertThat(few.isDue(2)).isTrue();
  }

  @Test
  void thereIsNothingToFillIfNoLaneLacksPlaces() {
    refill.picked(60, false, BEGIN);

    assertThat(refill.isDue(0)).isFalse();
    assertThat(refill.wait(30, after(5), USUAL)).isEqualTo(USUAL);
  }

  @Test
  void norIfWhatWasPickedIsNotSent() {
    refill.picked(60, true, BEGIN);
    refill.reset();

    assertThat(refill.isDue(0)).isFalse();
    assertThat(refill.wait(30, after(5), USUAL)).isEqualTo(USUAL);
  }

  @Test
  void itWaitsForAsLongAsTheRestWillTake() {
    refill.picked(60, true, BEGIN);

    assertThat(refill.wait(56, after(4), USUAL)).isEqualTo(Duration.ofMillis(6));
    assertThat(refill.wait(59, after(4), USUAL)).isEqualTo(USUAL);
    assertThat(refill.wait(40, after(4), USUAL)).isEqualTo(Duration.ofMillis(1));
  }

  /** A provider that is silent must not make the loop run faster. */
  @Test
  void itWaitsTheUsualTimeWhileNoPlaceBecomesFree() {
    refill.picked(60, true, BEGIN);

    assertThat(refill.wait(60, after(4), USUAL)).isEqualTo(USUAL);
    assertThat(refill.wait(61, after(4), USUAL)).isEqualTo(USUAL);
  }

  private static long after(int millis) {
    return BEGIN + Duration.ofMillis(millis).toNanos();
  }
}
