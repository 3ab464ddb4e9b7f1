package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SignInAttemptsTest {
  private Instant now = Instant.parse("2027-03-01T09:00:00Z");
  private final SignInAttempts attempts = new SignInAttempts(() -> now);

  @Test
  void afterAFewEachHasToWaitLonger() {
    exhaust("ana");
    now = now.plusMillis(1_900);
    assertTooSoon("ana");
    now = now.plusMillis(100);
    attempts.begin("ana");
    now = now.plusSeconds(3);
    assertTooSoon("ana");
    attempts.begin("bo");
  }

  /** However many computers try. */
  @Test
  void aDayHasRoomForLessThanTwoThousand() {
    int tried = 0;
    for (int second = 0; second < 86_400; second++) {
      try {
        attempts.begin("ana");
        tried++;
      } catch (ProblemException e) {
        assertThat(e.status()).isEqualTo(429);
      }
      now = now.plusSeconds(1);
    }

    assertThat(tried).isLessThan(2_000);
  }

  @Test
  void whoSignsInAndWhoComesBackLaterBeginsAnew() {
    exhaust("ana");
    attempts.succeeded("ana");
    assertThatCode(() -> attempts.begin("ana")).doesNotThrowAnyException();

    exhaust("bo");
    now = now.plus(Duration.ofMinutes(16));
    exhaust("bo");
  }

  private void exhaust(String name) {
    for (int i = 0; i < SignInAttempts.FREE; i++) {
      attempts.begin(name);
    }
    assertTooSoon(name);
  }

  private void assertTooSoon(String name) {
    assertThatThrownBy(() -> attempts.begin(name))
        .isInstanceOfSatisfying(
            ProblemException.class, problem -> assertThat(problem.status()).isEqualTo(429))
        .hasMessageContaining("too many wrong passwords");
  }
}
