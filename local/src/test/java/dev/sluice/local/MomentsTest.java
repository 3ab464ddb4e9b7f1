package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MomentsTest {
  private static final long MS = 1_000;

  /** A count by the clock's seconds would see 80 and 80 here. */
  @Test
  void theWorstSecondMayBeginAtAnyTime() {
    Moments moments =
        Moments.of(
            LongStream.concat(
                LongStream.range(0, 80).map(i -> (900 + i) * MS),
                LongStream.range(0, 80).map(i -> (1_000 + i) * MS)));

    assertThat(moments.worstSecond()).isEqualTo(160);
  }

  @Test
  void whatIsExactlyASecondApartIsNotWithinASecond() {
    assertThat(millis(0, 1_000).worstSecond()).isOne();
    assertThat(Moments.of(LongStream.of(0, 999_999)).worstSecond()).isEqualTo(2);
  }

  @Test
  void theOrderInWhichTheyComeDoesNotMatter() {
    assertThat(millis(2_500, 0, 1_900, 1_700).worstSecond()).isEqualTo(3);
    assertThat(millis(300, 100, 200).at(0)).isEqualTo(100 * MS);
  }

  @Test
  void thePauseBeforeTheFirstAndAfterTheLastCountsToo() {
    Moments moments = millis(0, 900, 1_000, 2_001, 2_100);

    assertThat(moments.longestPause(0, 2_100 * MS)).isEqualTo(Duration.ofMillis(1_001));
    assertThat(moments.longestPause(-2_000 * MS, 2_100 * MS)).isEqualTo(Duration.ofSeconds(2));
    assertThat(moments.longestPause(950 * MS, 5_000 * MS)).isEqualTo(Duration.ofMillis(2_900));
    assertThat(moments.longestPause(1_100 * MS, 1_900 * MS)).isEqualTo(Duration.ofMillis(800));
  }

  @Test
  void theRateIsThatBetweenTheFirstAndTheLastOrWithinAnyTime() {
    Moments even = Moments.of(LongStream.range(0, 801).map(i -> i * 12_500));

    assertThat(even.perSecond()).isCloseTo(80, within(1e-9));
    assertThat(even.perSecond(2_000 * MS, 10_000 * MS)).isCloseTo(80, within(1e-9));
    assertThat(even.perSecond(5_000 * MS, 15_000 * MS)).isCloseTo(40.1, within(1e-9));
  }

  @Test
  void nothingHasNoRateAndIsAllPause() {
    Moments nothing = Moments.of("");

    assertThat(nothing.worstSecond()).isZero();
    assertThat(nothing.perSecond()).isZero();
    assertThat(nothing.perSecond(0, 1_000 * MS)).isZero();
    assertThat(nothing.longestPause(0, 1_000 * MS)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void linesAreReadBackAsWritten() {
    assertThat(Moments.of(millis(3, 1, 2).lines()).lines()).isEqualTo("1000\n2000\n3000");
  }

  private static Moments millis(long... millis) {
    return Moments.of(LongStream.of(millis).map(at -> at * MS));
  }
}
