package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest.Sender;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CircuitBreakersTest {
  private static final Sender SENDER = new Sender("s", "whatsapp", "1");
  private static final Control RUNNING = new Control(Control.State.RUNNING, null);

  private final Health health = new Health();
  private final CircuitBreakers breakers = new CircuitBreakers(health, Ticker.SYSTEM);
  private final CircuitBreaker breaker = breakers.of(SENDER);
  private final Map<String, Control> controls = new HashMap<>();
  private Map<String, Control> changes = Map.of();
  private long now;

  @Test
  void blocksASilentSenderForEverybodyAndSaysSinceWhen() {
    fallSilent();

    assertThat(changes).containsOnlyKeys("s");
    Control block = changes.get("s");
    assertThat(block.state()).isEqualTo(Control.State.BLOCKED);
    assertThat(block.endsByItself()).isTrue();
    assertThat(block.provider()).isEqualTo("whatsapp");
    assertThat(block.reason())
        .matches("no answer since \\d\\d:\\d\\d:\\d\\d UTC: 1 sent meanwhile");
    assertThat(health.problems()).containsEntry("answers to s", block.reason());
  }

  @Test
  void saysItUntilItIsWritten() {
    fallSilent();
    review();
    assertThat(changes).containsOnlyKeys("s");

    controls.putAll(changes);
    review();
    assertThat(changes).isEmpty();
    assertThat(health.problems()).containsKey("answers to s");
  }

  @Test
  void letsOneThroughWhenTheSenderIsUnblocked() {
    fallSilent();
    controls.putAll(changes);
    review();
    controls.clear();
    review();

    assertThat(breaker.room(breakers.awakeNanos(now))).isEqualTo(1);
    assertThat(health.problems()).containsKey("answers to s");
    breaker.ended(launch(), Sign.ANSWER, "", breakers.awakeNanos(now));
    review();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void sendersThatSendNothingAreForgottenSoonerIfTheyAreMany() {
    breaker.ended(launch(), Sign.ANSWER, "", breakers.awakeNanos(now));
    pass(150_000);
    assertThat(breakers.of(SENDER)).isSameAs(breaker);

    for (int i = 0; i < 1_000; i++) {
      breakers.of(new Sender("s" + i, "whatsapp", "1"));
    }
    review();
    assertThat(breakers.of(SENDER)).isNotSameAs(breaker);
  }

  /** Otherwise its estimate would be too short, and each message would block it. */
  @Test
  void aSlowProvidersSenderIsKeptAlthoughThereAreMany() {
    Ticket send = launch();
    pass(4_900);
    breaker.ended(send, Sign.ANSWER, "", breakers.awakeNanos(now));
    for (int i = 0; i < 1_000; i++) {
      breakers.of(new Sender("s" + i, "whatsapp", "1"));
    }
    pass(150_000);

    assertThat(breakers.of(SENDER)).isSameAs(breaker);
  }

  @Test
  void unblocksASenderWhoseAnswersWereOnlyLate() {
    Ticket late = fallSilent();
    controls.putAll(changes);
    review();
    breaker.ended(late, Sign.ANSWER, "", breakers.awakeNanos(now));
    pass(2_000);

    assertThat(changes)
        .containsEntry("s", new Control(Control.State.RUNNING, "the provider answers again"));
  }

  @Test
  void doesNotUnblockASenderThatPeopleHaveBlocked() {
    Ticket late = fallSilent();
    controls.put("s", new Control(Control.State.BLOCKED, "by hand"));
    review();
    breaker.ended(late, Sign.ANSWER, "", breakers.awakeNanos(now));
    pass(2_000);

    assertThat(changes).isEmpty();
  }

  @Test
  void doesNotTakeAStallOfItsOwnProcessForSilence() {
    review();
    Ticket send = launch();
    now += Duration.ofSeconds(20).toNanos();
    review();
    assertThat(changes).isEmpty();

    breaker.ended(send, Sign.ANSWER, "", breakers.awakeNanos(now));
    pass(10_000);
    assertThat(changes).isEmpty();
  }

  @Test
  void aHungAddressIsNoMatterOfAnotherSenderOfTheSameProvider() {
    CircuitBreaker other = breakers.of(new Sender("t", "whatsapp", "2"));
    fallSilent();

    assertThat(changes).containsOnlyKeys("s");
    assertThat(other.room(breakers.awakeNanos(now))).isPositive();
  }

  @Test
  void forgetsSendersThatSendNoMore() {
    Ticket send = launch();
    breaker.ended(send, Sign.ANSWER, "", now);
    for (int i = 0; i < 61; i++) {
      for (int s = 0; s < 60; s++) {
        now += Duration.ofSeconds(1).toNanos();
        review();
      }
    }

    assertThat(breakers.of(SENDER)).isNotSameAs(breaker);
  }

  /** Other programs may write to senders without number, which the provider does not know. */
  @Test
  void forgetsSendersThatOthersHaveBlocked() {
    Ticket send = launch();
    breaker.ended(send, Sign.ANSWER, "", now);
    controls.put("s", new Control(Control.State.BLOCKED, "unknown number"));
    for (int minute = 0; minute < 61; minute++) {
      pass(60_000);
    }

    assertThat(breakers.of(SENDER)).isNotSameAs(breaker);
  }

  /** For example because too many are blocked, or the topic of controls takes no record. */
  @Test
  void aSenderWhoseBlockCannotBeWrittenIsTriedAgainAfterAWhile() {
    fallSilent();
    pass(20_000);
    assertThat(breaker.room(breakers.awakeNanos(now))).isZero();
    assertThat(changes).containsOnlyKeys("s");

    pass(15_000);
    assertThat(breaker.room(breakers.awakeNanos(now))).isEqualTo(1);
    assertThat(changes).isEmpty();
    assertThat(health.problems()).as("nothing is sent any more").isEmpty();
  }

  private Ticket fallSilent() {
    Ticket send = launch();
    pass(5_500);
    return send;
  }

  private Ticket launch() {
    long awake = breakers.awakeNanos(now);
    Ticket ticket = breaker.admit(awake);
    assertThat(breaker.tryLaunch(ticket, awake)).isTrue();
    return ticket;
  }

  private void pass(int millis) {
    for (int i = 0; i < millis / 100; i++) {
      now += Duration.ofMillis(100).toNanos();
      review();
    }
  }

  private void review() {
    changes = breakers.review(sender -> controls.getOrDefault(sender, RUNNING), now);
  }
}
