package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.ProblemException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.Thread.State;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Nobody keeps others from signing in, and one computer does not keep all cores busy. */
class SignInTest {
  private static final String PASSWORD = "correct horse battery";
  private static final PasswordHash HASH = PasswordHash.of(PASSWORD, 100_000);
  private static final UserList USERS =
      UserList.parse(
          "users",
          "ana:manager:%1$s\nbo:manager:%1$s\n".formatted(HASH).getBytes(StandardCharsets.UTF_8));
  private static final InstantSource CLOCK = InstantSource.system();

  private final WrongSecrets wrong = WrongSecrets.passwords(CLOCK, new SimpleMeterRegistry());

  @Test
  void whoFindsNoPlaceHasTriedNoPassword() {
    Bulkhead places = new Bulkhead(1, Duration.ZERO, "full");
    SignIn signIn = signIn(CLOCK, places);

    for (int i = 0; i < 3 * SignInAttempts.FREE; i++) {
      places.run(() ->
          assertThatThrownBy(() -> signIn.check("ana", PASSWORD, "a"))
              .isInstanceOf(ProblemException.class)
              .hasMessage("full"));
    }

    assertThat(signIn.check("ana", PASSWORD, "a").name()).isEqualTo("ana");
  }

  /** Each attempt asks the clock in its place, where others can be made meanwhile. */
  @Test
  void anAddressHasOnePlaceAtATimeAndLeavesTheOtherToOthers() {
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    InstantSource clock =
        () -> {
          meanwhile.getAndSet(() -> {}).run();
          return Instant.now();
        };
    SignIn signIn = signIn(clock, new Bulkhead(2, Duration.ZERO, "full"));
    meanwhile.set(() -> {
      assertThatThrownBy(() -> signIn.check("bo", PASSWORD, "a"))
          .hasMessageContaining("Too many people are signing in");
      assertThat(signIn.check("bo", PASSWORD, "b").name()).isEqualTo("bo");
    });

    assertThat(signIn.check("ana", PASSWORD, "a").name()).isEqualTo("ana");
  }

  @Test
  void anAddressWithManyWrongPasswordsWaitsBeforeItTakesAPlace() throws Exception {
    SignIn signIn = signIn(CLOCK, new Bulkhead(1, Duration.ZERO, "full"));
    for (int i = 0; i < 40; i++) {
      wrong.count("a");
    }

    Thread guessing =
        Thread.ofVirtual()
            .start(() -> assertThatThrownBy(() -> signIn.check("ana", PASSWORD, "a")).isNotNull());
    await().until(() -> guessing.getState() == State.TIMED_WAITING);
    assertThat(signIn.check("bo", PASSWORD, "b").name()).isEqualTo("bo");
    guessing.interrupt();
    guessing.join();
  }

  private SignIn signIn(InstantSource clock, Bulkhead places) {
    return new SignIn(() -> USERS, new SignInAttempts(clock), wrong, places, Duration.ZERO);
  }
}
