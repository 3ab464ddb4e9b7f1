package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.worker.breaker.CircuitBreaker.Cause;
import dev.sluice.worker.breaker.CircuitBreaker.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sender with a breaker, whose time passes only when a test says so. */
final class SteppedSender {
  private final CircuitBreaker breaker = new CircuitBreaker();
  private long now = millis(1_000_000);

  long now() {
    return now;
  }

  State state() {
    return breaker.state();
  }

  int room() {
    return breaker.room(now);
  }

  @Nullable Cause openFor() {
    return breaker.openFor(now);
  }

  boolean alive() {
    return breaker.alive(now);
  }

  Ticket admit() {
    return breaker.admit(now);
  }

  boolean tryLaunch(Ticket ticket) {
    return breaker.tryLaunch(ticket, now);
  }

  List<Ticket> launch(int count) {
    List<Ticket> sends = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sends.add(launch());
    }
    return sends;
  }

  Ticket launch() {
    Ticket ticket = admit();
    assertThat(tryLaunch(ticket)).isTrue();
    return ticket;
  }

  void end(Ticket ticket, Sign sign) {
    breaker.ended(ticket, sign, "why", now);
  }

  void pass(int millis) {
    now += millis(millis);
    breaker.watch(now);
  }

  void answerQuickly(int times) {
    for (int i = 0; i < times; i++) {
      Ticket send = launch();
      pass(10);
      end(send, Sign.ANSWER);
    }
  }

  /** Nothing is answered until the breaker is open. */
  void fallSilent() {
    answerQuickly(20);
    launch();
    pass(4_000);
    assertThat(state()).isEqualTo(State.OPEN);
  }

  /** It is blocked for a second, as after each opening. */
  void letGoOn() {
    block();
    pass(1_000);
    unblock();
  }

  void block() {
    breaker.controlled(true, now);
  }

  void unblock() {
    breaker.controlled(false, now);
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
