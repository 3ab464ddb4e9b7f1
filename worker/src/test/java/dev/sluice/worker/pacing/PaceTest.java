package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
  private static final long MILLISECOND = Duration.ofMillis(1).toNanos();

  /** How often the send loop sets the rate. */
  private static final int CYCLE_MILLIS = 20;

  private final SteppedClock clock = new SteppedClock();
  private final LatencyEstimator answers = new LatencyEstimator();
  private final AdaptiveThrottle throttle = new AdaptiveThrottle();

  private double due;

  private static final class SteppedClock implements TimeMeter {
    private long nanos;

    @Override
    public long currentTimeNanos() {
      return nanos;
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2.5, 5, 20, 40, 80, 1_000})
  void aLaneFollowsItsRateWhileItClimbsBackAfterItWasThrottled(double permitsPerSecond) {
    Pace pace = new Pace(permitsPerSecond, clock);
    run(pace, permitsPerSecond, 5_000);
    throttle.throttled(clock.nanos, null);
    due = 0;

    int passed = run(pace, permitsPerSecond, 8_000);

    // A send more or less is where the time ends.
    assertThat((double) passed).isCloseTo(due, within(1.5 + 0.03 * due));
  }

  @Test
  void aLaneThatWasHalvedAgainAndAgainIsBackAsSoonAsItsRateIs() {
    Pace pace = new Pace(1, clock);
    for (int i = 0; i < 20; i++) {
      throttle.throttled(clock.nanos, null);
      run(pace, 1, 1_000);
    }
    due = 0;

    int passed = run(pace, 1, 60_000);

    assertThat((double) passed).isCloseTo(due, within(2.0));
  }

  @Test
  void aRateThatChangesUpAndDownWithoutEndLosesNothing() {
    Pace pace = new Pace(10, clock);
    int passed = 0;
    for (int i = 0; i < 3_000; i++) {
      passed += run(pace, i % 2 == 0 ? 9 : 11, 20);
    }

    assertThat((double) passed).isCloseTo(due, within(0.03 * due));
  }

  @Test
  void anyRateCanBeToldToIt() {
    assertThat(new Pace(Double.MAX_VALUE, clock).waitNanos()).isPositive();
    assertThat(new Pace(Double.MIN_VALUE, clock).waitNanos()).isPositive();
  }

  /** Launches sends for this long, while the loop sets the lane's share of the rate. */
  private int run(Pace pace, double permitsPerSecond, int millis) {
    int passed = 0;
    long askAgainNanos = clock.nanos;
    for (int i = 0; i < millis; i++) {
      double rate = permitsPerSecond * throttle.share(clock.nanos);
      if (i % CYCLE_MILLIS == 0) {
        pace.setRate(rate);
      }
      while (askAgainNanos <= clock.nanos) {
        long wait = pace.waitNanos();
        if (wait == 0) {
          pace.enter(answers).answered(clock.nanos);
          passed++;
        }
        askAgainNanos = clock.nanos + wait;
      }
      due += rate / 1_000;
      clock.nanos += MILLISECOND;
    }
    return passed;
  }
}
