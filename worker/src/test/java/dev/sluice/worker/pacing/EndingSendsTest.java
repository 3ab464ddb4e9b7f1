package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EndingSendsTest {
  private final EndingSends sends = new EndingSends();

  @Test
  void asManyEndDuringATransactionAsEndedInThatTimeBefore() {
    sends.measured(millis(20));
    sends.meanwhile(0);
    end(50);

    assertThat(sends.meanwhile(millis(25))).isEqualTo(40);
  }

  @Test
  void neverMoreAreExpectedThanEndedBefore() {
    sends.measured(millis(400));
    sends.meanwhile(0);
    end(50);

    assertThat(sends.meanwhile(millis(25))).isEqualTo(50);
  }

  @Test
  void noneAreExpectedOnceProvidersAreSilent() {
    sends.measured(millis(20));
    end(50);
    sends.meanwhile(millis(25));

    assertThat(sends.meanwhile(millis(50))).isZero();
  }

  private void end(int count) {
    for (int i = 0; i < count; i++) {
      sends.ended();
    }
  }

  private static long millis(long count) {
    return Duration.ofMillis(count).toNanos();
  }
}
