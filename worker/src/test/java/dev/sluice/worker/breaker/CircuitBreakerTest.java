package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.worker.breaker.CircuitBreaker.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests when a breaker opens. */
class CircuitBreakerTest {
  private final SteppedSender sender = new SteppedSender();

  @Test
  void anIdleSenderIsNotSilent() {
    sender.answerQuickly(20);
    sender.pass(3_600_000);
    sender.launch();
    sender.pass(2_000);

    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void opensWhenNothingIsAnsweredForThreeSecondsBeyondTheUsual() {
    sender.answerQuickly(20);
    long since = sender.now();
    for (int i = 0; i < 300; i++) {
      sender.launch();
      sender.pass(10);
    }
    assertThat(sender.state()).isEqualTo(State.CLOSED);
    sender.pass(150);

    assertThat(sender.state()).isEqualTo(State.OPEN);
    assertThat(sender.room()).isZero();
    assertThat(sender.openFor())
        .isEqualTo(new CircuitBreaker.Cause("no answer", since, "300 sent meanwhile"));
  }

  @Test
  void waitsLongerForAProviderThatTakesLonger() {
    for (int i = 0; i < 30; i++) {
      Ticket send = sender.launch();
      sender.pass(2_000);
      sender.end(send, Sign.ANSWER);
    }
    sender.launch();
    sender.pass(4_900);
    assertThat(sender.state()).isEqualTo(State.CLOSED);

    sender.pass(1_000);
    assertThat(sender.state()).isEqualTo(State.OPEN);
  }

  @Test
  void aSendThatHangsAloneAmongOthersIsNoSilence() {
    sender.answerQuickly(20);
    sender.launch();
    for (int i = 0; i < 30; i++) {
      sender.pass(1_000);
      sender.end(sender.launch(), Sign.ANSWER);
    }
    sender.pass(60_000);

    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void answersThatComeLateOneByOneAreNoSilence() {
    sender.answerQuickly(20);
    Deque<Ticket> queue = new ArrayDeque<>();
    for (int i = 0; i < 100; i++) {
      queue.add(sender.launch());
      sender.pass(100);
      if (i >= 25) {
        sender.end(queue.remove(), Sign.ANSWER);
      }
    }

    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void opensAfterTenInDoubtInARow() {
    sender.answerQuickly(20);
    List<Ticket> sends = List.copyOf(sender.launch(11));
    for (Ticket send : sends.subList(0, 9)) {
      sender.end(send, Sign.DOUBT);
    }
    assertThat(sender.state()).isEqualTo(State.CLOSED);
    sender.end(sends.get(9), Sign.DOUBT);

    assertThat(sender.state()).isEqualTo(State.OPEN);
    assertThat(sender.openFor().detail()).isEqualTo("10 in a row in doubt, the last because: why");
  }

  @Test
  void anAnswerInBetweenEndsTheRow() {
    for (int i = 0; i < 20; i++) {
      sender.end(sender.launch(), i % 10 == 9 ? Sign.ANSWER : Sign.DOUBT);
    }

    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void halfOfTheNewestFiftyInDoubtAreTooManyWhateverIsInBetween() {
    sender.answerQuickly(50);
    long since = sender.now();
    for (int i = 0; i < 48; i++) {
      sender.end(sender.launch(), i % 2 == 0 ? Sign.DOUBT : Sign.ANSWER);
    }
    assertThat(sender.state()).isEqualTo(State.CLOSED);
    sender.end(sender.launch(), Sign.DOUBT);

    assertThat(sender.state()).isEqualTo(State.OPEN);
    assertThat(sender.openFor())
        .isEqualTo(
            new CircuitBreaker.Cause(
                "few answers", since, "25 of the newest 50 in doubt, the last because: why"));
  }

  @Test
  void oneOfTwentyInDoubtIsNoReasonToStop() {
    for (int i = 0; i < 10_000; i++) {
      sender.end(sender.launch(), i % 20 == 0 ? Sign.DOUBT : Sign.ANSWER);
    }

    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  /** They are overtaken by those that are answered, and no outcome comes before the timeout. */
  @Test
  void sendsThatHangCountSoonAfterTheUsualTime() {
    sender.answerQuickly(20);
    int hung = 0;
    for (int i = 0; i < 100 && sender.state() == State.CLOSED; i++) {
      for (int j = 0; j < 9; j++) {
        sender.launch();
        hung++;
      }
      sender.end(sender.launch(), Sign.ANSWER);
      sender.pass(100);
    }

    assertThat(sender.state()).isEqualTo(State.OPEN);
    assertThat(sender.openFor().detail()).contains("no answer in time");
    assertThat(hung).isLessThan(90 * 4);
  }

  @Test
  void thoseThatWereOvertakenLongAgoSayNothingWhenTheyAreGivenUp() {
    List<Ticket> hung = List.copyOf(sender.launch(8));
    sender.pass(1_000);
    sender.answerQuickly(20);
    sender.pass(30_000);
    hung.forEach(send -> sender.end(send, Sign.DOUBT));
    hung.forEach(send -> sender.end(sender.launch(), Sign.DOUBT));

    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void whatCertainlyDidNotArriveIsNeitherAnAnswerNorADoubt() {
    for (int i = 0; i < 9; i++) {
      sender.end(sender.launch(), Sign.DOUBT);
    }
    for (int i = 0; i < 9; i++) {
      sender.end(sender.launch(), Sign.NOTHING);
    }
    assertThat(sender.state()).isEqualTo(State.CLOSED);
    sender.end(sender.launch(), Sign.DOUBT);

    assertThat(sender.state()).isEqualTo(State.OPEN);
  }

  @Test
  void startsOnASenderSlowly() {
    assertThat(sender.launch(sender.room())).hasSize(8);
    assertThat(sender.room()).isZero();
    sender.pass(100);
    sender.answerQuickly(0);
    Ticket one = sender.admit();
    assertThat(sender.tryLaunch(one)).isTrue();
    sender.end(one, Sign.ANSWER);

    assertThat(sender.room()).isEqualTo(1);
  }
}
