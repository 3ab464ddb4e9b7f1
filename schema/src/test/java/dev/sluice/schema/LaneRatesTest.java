package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LaneRatesTest {
  @Test
  void aRateIsSharedInWholeMessages() {
    assertThat(rates(new LaneRates(100, 16)))
        .containsExactly(7, 7, 7, 7, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6);
    assertThat(rates(new LaneRates(80, 4))).containsExactly(20, 20, 20, 20);
  }

  @Test
  void theFirstLaneHasTheFraction() {
    assertThat(rates(new LaneRates(5.5, 2))).containsExactly(3.5, 2);
    assertThat(rates(new LaneRates(0.25, 1))).containsExactly(0.25);
  }

  @Test
  void noMoreLanesAreUsedThanMessagesInASecond() {
    assertThat(rates(new LaneRates(3, 16))).containsExactly(1, 1, 1);
    assertThat(rates(new LaneRates(0.5, 16))).containsExactly(0.5);
    assertThat(rates(new LaneRates(0.0001, 4))).containsExactly(SendRequest.SLOWEST);
  }

  @Property
  void theFullestSecondsOfAllLanesHoldNoMoreThanTheRate(
      @ForAll @DoubleRange(min = 0.01, max = 1_000_000) double rate,
      @ForAll @IntRange(min = 1, max = 1_000) int lanes) {
    double[] rates = rates(new LaneRates(rate, lanes));

    assertThat(IntStream.range(0, rates.length).mapToDouble(i -> Math.ceil(rates[i])).sum())
        .isLessThanOrEqualTo(Math.ceil(rate));
    assertThat(IntStream.range(0, rates.length).mapToDouble(i -> rates[i]).sum())
        .isCloseTo(rate, within(1e-6));
  }

  @Test
  void eachLaneHasItsTurnAsOftenAsItsRateAsksFor() {
    LaneRates rates = new LaneRates(10, 4);

    assertThat(IntStream.range(0, 12).map(rates::inTurn))
        .containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 0, 1);
    assertThat(rates(rates)).containsExactly(3, 3, 2, 2);
  }

  private static double[] rates(LaneRates rates) {
    return IntStream.range(0, rates.used()).mapToDouble(rates::permitsPerSecond).toArray();
  }
}
