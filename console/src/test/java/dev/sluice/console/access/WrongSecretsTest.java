package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.sluice.console.OwnLog;
import dev.sluice.console.http.ProblemException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.Thread.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WrongSecretsTest {
  private Instant now = Instant.parse("2027-03-01T09:00:00Z");
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final WrongSecrets wrong = WrongSecrets.tokens(() -> now, meters);

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
  void afterManyWrongPasswordsTheNextIsDelayedAndWhoAsksIsNotCounted() {
    WrongSecrets passwords = WrongSecrets.passwords(() -> now, meters);
    for (int i = 0; i < 20; i++) {
      assertThat(passwords.count("a")).isZero();
      assertThat(passwords.due("a")).isZero();
    }
    passwords.count("a");
    assertThat(passwords.due("a")).isEqualTo(Duration.ofMillis(200));
    assertThat(passwords.due("a")).isEqualTo(Duration.ofMillis(200));
    assertThat(passwords.due("b")).isZero();

    now = now.plus(Duration.ofMinutes(16));
    assertThat(passwords.due("a")).isZero();
  }

  @Test
  void afterAQuietWhileItIsForgotten() {
    for (int i = 0; i < 10; i++) {
      wrong.count("a");
    }
    now = now.plus(Duration.ofMinutes(16));

    assertThat(wrong.count("a")).isZero();
  }

  @Test
  void soManyAnswersWaitAndWhoSendsMoreIsToComeBack() throws Exception {
    for (int i = 0; i < 10; i++) {
      wrong.count("a");
    }
    List<Thread> held = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      held.add(Thread.ofVirtual().start(() -> wrong.holdUp("a")));
    }
    try {
      await().until(() -> held.stream().allMatch(one -> one.getState() == State.TIMED_WAITING));

      assertThatThrownBy(() -> wrong.holdUp("a"))
          .isInstanceOfSatisfying(
              ProblemException.class, problem -> assertThat(problem.status()).isEqualTo(429));
      wrong.holdUp("somebody who mistypes it");
    } finally {
      held.forEach(Thread::interrupt);
    }
    for (Thread one : held) {
      one.join();
    }
    // The places are free again, so a new wait is not refused.
    Thread next = Thread.ofVirtual().start(() -> wrong.holdUp("a"));
    await().until(() -> next.getState() == State.TIMED_WAITING);
    next.interrupt();
    next.join();
  }

  @Test
  void theLogHasALineForEveryPowerOfTen() {
    OwnLog log = new OwnLog();
    try (var _ = log.listen(WrongSecrets.class.getName(), Level.WARN)) {
      log.of(() -> Stream.generate(() -> wrong.count("a")).limit(150).toList());
    }

    assertThat(log.texts())
        .containsExactly(
            "1 wrong API token(s) from a",
            "10 wrong API token(s) from a",
            "100 wrong API token(s) from a");
  }

  /** A client with millions of addresses takes no memory with them. */
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
