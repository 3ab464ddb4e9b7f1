package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.HeldPlaces.Use;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnoverTest {
  private static final Sender ONE = new Sender("one", "whatsapp", "1");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Turnover turnover = new Turnover();
  private long millis;

  @Test
  void nothingIsKnownAtFirst() {
    assertThat(turnover.within(ONE, SECOND)).isZero();
    iterate(7);
    assertThat(turnover.within(ONE, SECOND)).isZero();
  }

  @Test
  void whatEndsBetweenIterationsEndsAsFastFromNowOn() {
    iterate(7);
    iterate(7 + 40);

    assertThat(turnover.within(ONE, Duration.ofMillis(30))).isEqualTo(60);
  }

  @Test
  void aPauseBetweenBurstsCountsByHalves() {
    iterate(0);
    iterate(40);
    iterate(40);
    assertThat(turnover.within(ONE, SECOND)).isEqualTo(1_000);
    iterate(40);
    assertThat(turnover.within(ONE, SECOND)).isEqualTo(500);
  }

  @Test
  void theCountBeginsAnewOnceASenderHasHeldNothing() {
    iterate(0);
    iterate(4_000);
    iterate(10);

    assertThat(turnover.within(ONE, SECOND)).isEqualTo(100_000);
    turnover.iterate(Map.of(), 1);
    assertThat(turnover.within(ONE, SECOND)).isZero();
  }

  /** Iterates 20 ms after the last time. */
  private void iterate(long ended) {
    millis += 20;
    turnover.iterate(Map.of(ONE, new Use(5, 0, ended)), Duration.ofMillis(millis).toNanos());
  }
}
