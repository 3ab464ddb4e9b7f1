package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  @Test
  void doublesUpToItsBound() {
    assertThat(backoff.after(1)).hasMillis(200);
    assertThat(backoff.after(2)).hasMillis(400);
    assertThat(backoff.after(5)).hasMillis(3_200);
    assertThat(backoff.after(6)).hasSeconds(5);
    assertThat(backoff.after(Integer.MAX_VALUE)).hasSeconds(5);
  }
}
