package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AdaptiveThrottleTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long START = Long.MAX_VALUE - 5 * SECOND;

  private final AdaptiveThrottle throttle = new AdaptiveThrottle();

  @Test
  void usesTheFullRateUntilTheProviderAsksForLess() {
    assertThat(throttle.share(START)).isEqualTo(1);
    assertThat(throttle.paused(START)).isFalse();
  }

  @Test
  void halvesOnceForAllAnswersThatWereUnderWay() {
    for (int i = 0; i < 50; i++) {
      throttle.throttled(START + i, null);
    }

    assertThat(throttle.share(START + 50)).isCloseTo(0.5, within(0.001));
  }

  @Test
  void climbsBackByATenthOfTheRateEachSecond() {
    throttle.throttled(START, null);

    assertThat(throttle.share(START + 3 * SECOND)).isCloseTo(0.8, within(0.001));
    // The nanosecond clock may overflow on the way.
    assertThat(throttle.share(START + 60 * SECOND)).isEqualTo(1);
  }

  @Test
  void halvesAgainIfTheProviderStillAsksForLess() {
    throttle.throttled(START, null);
    throttle.throttled(START + 2 * SECOND, null);

    assertThat(throttle.share(START + 2 * SECOND)).isCloseTo(0.35, within(0.001));
  }

  @Test
  void sendsNothingForAsLongAsTheProviderAsks() {
    throttle.throttled(START, Duration.ofSeconds(20));
    throttle.throttled(START + SECOND, Duration.ofSeconds(2));

    assertThat(throttle.paused(START + 19 * SECOND)).isTrue();
    assertThat(throttle.paused(START + 20 * SECOND)).isFalse();
  }

  @Test
  void asksAgainAfterFiveMinutesHoweverLongItIsToWait() {
    throttle.throttled(START, Duration.ofSeconds(999_999));

    assertThat(throttle.pauseLeft(START + 299 * SECOND)).isEqualTo(Duration.ofSeconds(1));
    assertThat(throttle.paused(START + 300 * SECOND)).isFalse();
  }
}
