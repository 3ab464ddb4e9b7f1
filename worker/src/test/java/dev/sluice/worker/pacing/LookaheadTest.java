package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LookaheadTest {
  private final Lookahead ahead = new Lookahead();

  @Test
  void assumesSlowTransactionsUntilTheyAreKnown() {
    assertThat(ahead.duration()).isEqualTo(Duration.ofMillis(400));
  }

  @Test
  void shrinksToItsLeastWhileTransactionsAreFast() {
    for (int i = 0; i < 100; i++) {
      ahead.measured(Duration.ofMillis(3).toNanos());
    }

    assertThat(ahead.duration()).isEqualTo(Duration.ofMillis(60));
  }

  @Test
  void growsAtOnceWithASlowTransactionButNeverBeyondItsMost() {
    for (int i = 0; i < 100; i++) {
      ahead.measured(Duration.ofMillis(3).toNanos());
    }
    ahead.measured(Duration.ofMillis(100).toNanos());
    assertThat(ahead.duration()).isEqualTo(Duration.ofMillis(230));

    ahead.measured(Duration.ofSeconds(9).toNanos());
    assertThat(ahead.duration()).isEqualTo(Duration.ofMillis(1_400));
  }
}
