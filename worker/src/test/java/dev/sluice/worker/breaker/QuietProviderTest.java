package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.worker.breaker.CircuitBreaker.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tests how a breaker slows a fast sender down before it is certain that the provider is silent.
 */
class QuietProviderTest {
  private final SteppedSender sender = new SteppedSender();

  @Test
  void aQuarterOfASecondWithoutAnAnswerBeyondTheUsualAllButStopsAFastSender() {
    sender.answerQuickly(1_000);
    List<Ticket> sends = sender.launch(300);
    sender.pass(250);
    assertThat(sender.room()).as("as much as before").isEqualTo(708);
    sender.pass(50);
    assertThat(sender.room()).as("one may find the provider back").isEqualTo(1);
    sender.launch();
    sender.pass(240);
    assertThat(sender.room()).isZero();
    sender.pass(10);
    assertThat(sender.room()).isEqualTo(1);

    sender.end(sends.getFirst(), Sign.ANSWER);
    assertThat(sender.room()).as("this is usual now").isEqualTo(709);
    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void butNotOneThatSendsNoMoreThan80InASecond() {
    sender.answerQuickly(1_000);
    for (int i = 0; i < 240; i++) {
      sender.pass(12);
      assertThat(sender.room()).isPositive();
      sender.launch();
    }
  }

  @Test
  void norOneWhoseAnswersAlwaysTakeSeconds() {
    sender.answerQuickly(1_000);
    Deque<Ticket> queue = new ArrayDeque<>();
    for (int i = 0; i < 2_000; i++) {
      queue.add(sender.launch());
      sender.pass(12);
      if (queue.size() > Math.min(320, i / 5)) {
        sender.end(queue.remove(), Sign.ANSWER);
      }
    }
    for (int i = 0; i < 50; i++) {
      sender.launch();
      sender.pass(12);
    }

    assertThat(sender.room()).isGreaterThan(100);
  }

  @Test
  void thoseThatWaitForTheirTimeSlotsCountAmongTheFewThatAreLeft() {
    sender.answerQuickly(1_000);
    sender.launch(200);
    sender.pass(300);
    for (int i = 0; i < 30; i++) {
      sender.admit();
    }

    assertThat(sender.room()).isEqualTo(20);
  }

  @Test
  void thoseThatHaveEndedDoNot() {
    sender.answerQuickly(1_000);
    sender.launch();
    for (int i = 0; i < 300; i++) {
      sender.end(sender.launch(), Sign.NOTHING);
    }
    sender.pass(300);

    assertThat(sender.room()).isEqualTo(249);
  }
}
