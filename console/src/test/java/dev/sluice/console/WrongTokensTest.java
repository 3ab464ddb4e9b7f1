package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WrongTokensTest {
  private Instant now = Instant.parse("2027-03-01T09:00:00Z");
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final WrongTokens wrong = new WrongTokens(() -> now, meters);

  @Test
  void aFewMistakesCostNothingAndThenEachCostsMore() {
    for (int i = 0; i < 3; i++) {
      assertThat(wrong.count("a")).isZero();
    }
    assertThat(wrong.count("a")).isEqualTo(Duration.ofMillis(200));
    assertThat(wrong.count("a")).isEqualTo(Duration.ofMillis(400));
    for (int i = 0; i < 1_000; i++) {
      assertThat(wrong.count("a")).isLessThanOrEqualTo(Duration.ofSeconds(5));
    }
    assertThat(wrong.count("a")).isEqualTo(Duration.ofSeconds(5));
    assertThat(wrong.count("b")).isZero();
    assertThat(meters.counter("sluice.console.tokens.wrong").count()).isEqualTo(1_007);
  }

  @Test
  void afterAQuietWhileItIsForgotten() {
    for (int i = 0; i < 10; i++) {
      wrong.count("a");
    }
    now = now.plus(Duration.ofMinutes(16));

    assertThat(wrong.count("a")).isZero();
  }

  /** Whoever has millions of addresses takes no memory with them. */
  @Test
  void onlySoManyAddressesAreRemembered() {
    for (int i = 0; i < 10; i++) {
      wrong.count("first");
    }
    for (int i = 0; i < 1_000; i++) {
      wrong.count("address " + i);
    }

    assertThat(wrong.count("first")).isZero();
  }
}
