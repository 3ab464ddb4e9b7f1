package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schema.LaneRates;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
  private static final long MILLISECOND = Duration.ofMillis(1).toNanos();

  /** How often the send loop sets the rate and picks. */
  private static final int CYCLE_MILLIS = 20;

  private static final int STALL_MILLIS = 2_000;

  private final AdaptiveThrottle throttle = new AdaptiveThrottle();

  private long nanos;
  private double due;

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2.5, 5, 20, 40, 80, 1_000})
  void aLaneFollowsItsRateWhileItClimbsBackAfterItWasThrottled(double permitsPerSecond) {
    Pace pace = pace(permitsPerSecond);
    run(pace, permitsPerSecond, 5_000);
    throttle.throttled(nanos, null);
    due = 0;

    int passed = run(pace, permitsPerSecond, 8_000);

    // The time may end one send earlier or later.
    assertThat((double) passed).isCloseTo(due, within(1.5 + 0.03 * due));
  }

  @Test
  void aLaneThatWasHalvedAgainAndAgainIsBackAsSoonAsItsRateIs() {
    Pace pace = new Pace(1, () -> nanos);
    for (int i = 0; i < 20; i++) {
      throttle.throttled(nanos, null);
      run(pace, 1, 1_000);
    }
    due = 0;

    int passed = run(pace, 1, 60_000);

    assertThat((double) passed).isCloseTo(due, within(2.0));
  }

  @Test
  void aRateThatChangesUpAndDownWithoutEndLosesNothing() {
    Pace pace = new Pace(10, () -> nanos);
    int passed = 0;
    for (int i = 0; i < 3_000; i++) {
      passed += run(pace, i % 2 == 0 ? 9 : 11, 20);
    }

    assertThat((double) passed).isCloseTo(due, within(0.03 * due));
  }

  @Test
  void hasRoomForWhatPassesWithinTheTimeAhead() {
    Pace pace = pace(1_000);

    assertThat(pace.room(Duration.ofMillis(100))).isEqualTo(100);
    nanos += 10 * MILLISECOND;
    assertThat(pace.room(Duration.ofMillis(100))).isEqualTo(110);
    pace.forgive();
    assertThat(pace.room(Duration.ofMillis(100))).isEqualTo(101);
  }

  /** Small lanes never make up for it; still no more is in doubt at a kill than before. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 2.5, 5, 20, 40, 80, 1_000})
  void afterAStallSendsArePickedNoFurtherAheadThanBefore(double permitsPerSecond) {
    Picked lane = new Picked(permitsPerSecond, 5);
    lane.run(3_000);
    nanos += STALL_MILLIS * MILLISECOND;
    lane.run(2_000);
    lane.longestWaitMillis = 0;

    int passed = lane.run(20_000);

    assertThat(lane.longestWaitMillis).isLessThanOrEqualTo(60 + 60);
    assertThat((double) passed).isGreaterThanOrEqualTo(19.9 * permitsPerSecond - 1);
    assertThat(lane.mostInASecond).isLessThanOrEqualTo((int) Math.ceil(permitsPerSecond * 1.007));
  }

  /** However their seconds coincide. */
  @ParameterizedTest
  @CsvSource({"100, 16", "80, 16", "7, 3", "5.5, 2", "6.99, 1", "0.5, 4"})
  void theFullestSecondsOfASendersLanesHoldNoMoreThanItsRate(double ratePerSecond, int lanes) {
    LaneRates rates = new LaneRates(ratePerSecond, lanes);
    int passed = 0;
    int most = 0;
    for (int i = 0; i < rates.used(); i++) {
      Picked lane = new Picked(rates.permitsPerSecond(i), 5);
      passed += lane.run(20_000);
      nanos += STALL_MILLIS * MILLISECOND;
      passed += lane.run(20_000);
      most += lane.mostInASecond;
    }

    assertThat(most).isLessThanOrEqualTo((int) Math.ceil(ratePerSecond));
    assertThat((double) passed).isGreaterThan(0.97 * 40 * ratePerSecond - 2 * lanes);
  }

  @ParameterizedTest
  @CsvSource({"5, 100", "5, 650", "20, 650", "80, 100", "80, 650", "1000, 650"})
  void slowTransactionsCostNoneOfTheRate(double permitsPerSecond, int transactionMillis) {
    Picked lane = new Picked(permitsPerSecond, transactionMillis);
    lane.run(5_000);

    assertThat((double) lane.run(20_000)).isGreaterThanOrEqualTo(19.8 * permitsPerSecond - 1);
  }

  /** A lane's sends, picked by transactions that take some time, and launched after them. */
  private final class Picked {
    private final Pace pace;
    private final int transactionMillis;
    private final Lookahead lookahead = new Lookahead();
    private final Deque<Long> begun = new ArrayDeque<>();
    private final Deque<Long> launched = new ArrayDeque<>();
    private final Deque<Long> second = new ArrayDeque<>();
    private long askAgainNanos = nanos;
    private long pickAgainNanos = nanos;
    private long longestWaitMillis;
    private int mostInASecond;

    Picked(double permitsPerSecond, int transactionMillis) {
      pace = pace(permitsPerSecond);
      this.transactionMillis = transactionMillis;
    }

    int run(int millis) {
      int passed = 0;
      for (int i = 0; i < millis; i++) {
        if (pickAgainNanos <= nanos) {
          launched.addAll(begun);
          begun.clear();
          long room = pace.room(lookahead.duration()) - launched.size();
          for (int pick = 0; pick < room; pick++) {
            begun.add(nanos);
          }
          lookahead.measured(transactionMillis * MILLISECOND);
          pickAgainNanos = nanos + Math.max(transactionMillis, CYCLE_MILLIS) * MILLISECOND;
        }
        while (!launched.isEmpty() && askAgainNanos <= nanos) {
          long wait = pace.tryPass();
          askAgainNanos = nanos + wait;
          if (wait == 0) {
            passed++;
            passed(launched.remove());
          }
        }
        nanos += MILLISECOND;
      }
      return passed;
    }

    private void passed(long pickedNanos) {
      longestWaitMillis = Math.max(longestWaitMillis, (nanos - pickedNanos) / MILLISECOND);
      second.add(nanos);
      while (nanos - second.element() >= Duration.ofSeconds(1).toNanos()) {
        second.remove();
      }
      mostInASecond = Math.max(mostInASecond, second.size());
    }
  }

  /** Sends that wait in line would sleep for too long otherwise, and a lane never catch up. */
  @Test
  void sendsAreExpectedAsCloseToEachOtherAsWhenLostTimeIsMadeUp() {
    Pace pace = new Pace(80, () -> nanos);
    nanos += 1_000 * MILLISECOND;
    int passed = 0;
    for (long waited = 0; waited < 1_000 * MILLISECOND; waited += pace.leastNanos(1)) {
      passed += pace.tryPass() == 0 ? 1 : 0;
      nanos += pace.leastNanos(1);
    }

    assertThat(passed).isGreaterThan(80);
  }

  @Test
  void nobodyWaitsForLongWithoutLookingUpAgain() {
    Pace pace = new Pace(2, () -> nanos);
    for (int i = 0; i < 4; i++) {
      nanos += 600 * MILLISECOND;
      assertThat(pace.tryPass()).isZero();
    }
    pace.setRate(0.05);
    pace.forgive();
    nanos += 600 * MILLISECOND;

    assertThat(pace.tryPass()).isBetween(1L, 250 * MILLISECOND);
  }

  @Test
  void anyRateCanBeToldToIt() {
    assertThat(new Pace(Double.MAX_VALUE, () -> nanos).tryPass()).isPositive();
    assertThat(new Pace(Double.MIN_VALUE, () -> nanos).tryPass()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(doubles = {20, 80, 400, 1_000})
  void afterAPauseNoSecondHoldsMoreThanTheRateAllows(double permitsPerSecond) {
    Pace pace = pace(permitsPerSecond);
    run(pace, permitsPerSecond, 3_000);
    nanos += Duration.ofSeconds(5).toNanos();
    pace.forgive();

    assertThat(run(pace, permitsPerSecond, 1_000))
        .isLessThanOrEqualTo((int) (permitsPerSecond * 1.005));
  }

  /** Ten seconds are lost; at most one of them is made up, and slowly. */
  @Test
  void timeLostToAStallIsMadeUpByAFewInEachSecond() {
    Pace pace = pace(400);
    run(pace, 400, 3_000);
    nanos += Duration.ofSeconds(10).toNanos();

    for (int i = 0; i < 10; i++) {
      assertThat(run(pace, 400, 1_000)).isBetween(400, 403);
    }
  }

  @Test
  void afterItWasLoweredTheLastSecondCountsAgainstTheNewRate() {
    Pace pace = pace(100);
    run(pace, 100, 2_000);

    assertThat(run(pace, 50, 450)).isZero();
    assertThat(run(pace, 50, 1_000)).isBetween(40, 51);
  }

  private Pace pace(double permitsPerSecond) {
    return new Pace(permitsPerSecond, () -> nanos);
  }

  /** Launches sends for this long, while the loop sets the lane's share of the rate. */
  private int run(Pace pace, double permitsPerSecond, int millis) {
    int passed = 0;
    long askAgainNanos = nanos;
    for (int i = 0; i < millis; i++) {
      double rate = permitsPerSecond * throttle.share(nanos);
      if (i % CYCLE_MILLIS == 0) {
        pace.setRate(rate);
      }
      while (askAgainNanos <= nanos) {
        long wait = pace.tryPass();
        if (wait == 0) {
          passed++;
        }
        askAgainNanos = nanos + wait;
      }
      due += rate / 1_000;
      nanos += MILLISECOND;
    }
    return passed;
  }
}
