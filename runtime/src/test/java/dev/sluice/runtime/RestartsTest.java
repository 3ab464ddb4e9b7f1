package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RestartsTest {
  private Instant now = Instant.EPOCH;
  private final Restarts restarts = new Restarts(() -> now);

  @Test
  void thePauseGrowsWhileItKeepsDying() {
    assertThat(restarts.next()).isEqualTo(Duration.ofSeconds(1));
    assertThat(restarts.next()).isEqualTo(Duration.ofSeconds(2));
    assertThat(restarts.next()).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void afterAGoodSpellThePauseIsShortAgain() {
    for (int i = 0; i < 10; i++) {
      restarts.next();
    }
    assertThat(restarts.next()).isEqualTo(Duration.ofSeconds(15));
    now = now.plus(Duration.ofMinutes(6));

    assertThat(restarts.next()).isEqualTo(Duration.ofSeconds(1));
  }
}
