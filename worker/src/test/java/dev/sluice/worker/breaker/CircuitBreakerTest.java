package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.worker.breaker.CircuitBreaker.Sign;
import dev.sluice.worker.breaker.CircuitBreaker.State;
import dev.sluice.worker.breaker.CircuitBreaker.Ticket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private final CircuitBreaker breaker = new CircuitBreaker();
  private long now = millis(1_000_000);

  @Test
  void anIdleSenderIsNotSilent() {
    answerQuickly(20);
    pass(3_600_000);
    launch();
    pass(2_000);

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void opensWhenNothingIsAnsweredForThreeSecondsBeyondTheUsual() {
    answerQuickly(20);
    long since = now;
    for (int i = 0; i < 300; i++) {
      launch();
      pass(10);
    }
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    pass(150);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.room(now)).isZero();
    assertThat(breaker.openFor(now))
        .isEqualTo(new CircuitBreaker.Cause("no answer", since, "300 sent meanwhile"));
  }

  @Test
  void waitsLongerForAProviderThatTakesLonger() {
    for (int i = 0; i < 30; i++) {
      Ticket send = launch();
      pass(2_000);
      end(send, Sign.ANSWER);
    }
    launch();
    pass(4_900);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);

    pass(1_000);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  @Test
  void aQuarterOfASecondWithoutAnAnswerBeyondTheUsualAllButStopsAFastSender() {
    answerQuickly(1_000);
    List<Ticket> sends = launch(300);
    pass(250);
    assertThat(breaker.room(now)).as("as much as before").isEqualTo(708);
    pass(50);
    assertThat(breaker.room(now)).as("one may find the provider back").isEqualTo(1);
    launch();
    pass(240);
    assertThat(breaker.room(now)).isZero();
    pass(10);
    assertThat(breaker.room(now)).isEqualTo(1);

    end(sends.getFirst(), Sign.ANSWER);
    assertThat(breaker.room(now)).as("this is usual now").isEqualTo(709);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void butNotOneThatSendsNoMoreThan80InASecond() {
    answerQuickly(1_000);
    for (int i = 0; i < 240; i++) {
      pass(12);
      assertThat(breaker.room(now)).isPositive();
      launch();
    }
  }

  @Test
  void norOneWhoseAnswersAlwaysTakeSeconds() {
    answerQuickly(1_000);
    Deque<Ticket> queue = new ArrayDeque<>();
    for (int i = 0; i < 2_000; i++) {
      queue.add(launch());
      pass(12);
      if (queue.size() > Math.min(320, i / 5)) {
        end(queue.remove(), Sign.ANSWER);
      }
    }
    for (int i = 0; i < 50; i++) {
      launch();
      pass(12);
    }

    assertThat(breaker.room(now)).isGreaterThan(100);
  }

  @Test
  void thoseThatWaitForTheirTimeSlotsCountAmongTheFewThatAreLeft() {
    answerQuickly(1_000);
    launch(200);
    pass(300);
    for (int i = 0; i < 30; i++) {
      breaker.admit(now);
    }

    assertThat(breaker.room(now)).isEqualTo(20);
  }

  @Test
  void thoseThatHaveEndedDoNot() {
    answerQuickly(1_000);
    launch();
    for (int i = 0; i < 300; i++) {
      end(launch(), Sign.NOTHING);
    }
    pass(300);

    assertThat(breaker.room(now)).isEqualTo(249);
  }

  @Test
  void aSendThatHangsAloneAmongOthersIsNoSilence() {
    answerQuickly(20);
    launch();
    for (int i = 0; i < 30; i++) {
      pass(1_000);
      end(launch(), Sign.ANSWER);
    }
    pass(60_000);

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void answersThatComeLateOneByOneAreNoSilence() {
    answerQuickly(20);
    Deque<Ticket> queue = new ArrayDeque<>();
    for (int i = 0; i < 100; i++) {
      queue.add(launch());
      pass(100);
      if (i >= 25) {
        end(queue.remove(), Sign.ANSWER);
      }
    }

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void opensAfterTenInDoubtInARow() {
    answerQuickly(20);
    List<Ticket> sends = List.copyOf(launch(11));
    for (Ticket send : sends.subList(0, 9)) {
      end(send, Sign.DOUBT);
    }
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    end(sends.get(9), Sign.DOUBT);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.openFor(now).detail())
        .isEqualTo("10 in a row in doubt, the last because: why");
  }

  @Test
  void anAnswerInBetweenEndsTheRow() {
    for (int i = 0; i < 20; i++) {
      end(launch(), i % 10 == 9 ? Sign.ANSWER : Sign.DOUBT);
    }

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void halfOfTheNewestFiftyInDoubtAreTooManyWhateverIsInBetween() {
    answerQuickly(50);
    long since = now;
    for (int i = 0; i < 48; i++) {
      end(launch(), i % 2 == 0 ? Sign.DOUBT : Sign.ANSWER);
    }
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    end(launch(), Sign.DOUBT);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.openFor(now))
        .isEqualTo(
            new CircuitBreaker.Cause(
                "few answers", since, "25 of the newest 50 in doubt, the last because: why"));
  }

  @Test
  void oneOfTwentyInDoubtIsNoReasonToStop() {
    for (int i = 0; i < 10_000; i++) {
      end(launch(), i % 20 == 0 ? Sign.DOUBT : Sign.ANSWER);
    }

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  /** They are overtaken by those that are answered, and no outcome comes before the timeout. */
  @Test
  void sendsThatHangCountSoonAfterTheUsualTime() {
    answerQuickly(20);
    int hung = 0;
    for (int i = 0; i < 100 && breaker.state() == State.CLOSED; i++) {
      for (int j = 0; j < 9; j++) {
        launch();
        hung++;
      }
      end(launch(), Sign.ANSWER);
      pass(100);
    }

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.openFor(now).detail()).contains("no answer in time");
    assertThat(hung).isLessThan(90 * 4);
  }

  @Test
  void afterATrialWhatWasInDoubtBeforeIsForgotten() {
    for (int i = 0; i < 48; i++) {
      end(launch(), i % 2 == 0 ? Sign.DOUBT : Sign.ANSWER);
    }
    fallSilent();
    letGoOn();
    for (int i = 0; i < 10; i++) {
      end(launch(), Sign.ANSWER);
    }
    end(launch(), Sign.DOUBT);

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void thoseThatWereOvertakenLongAgoSayNothingWhenTheyAreGivenUp() {
    List<Ticket> hung = List.copyOf(launch(8));
    pass(1_000);
    answerQuickly(20);
    pass(30_000);
    hung.forEach(send -> end(send, Sign.DOUBT));
    hung.forEach(send -> end(launch(), Sign.DOUBT));

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void whatCertainlyDidNotArriveIsNeitherAnAnswerNorADoubt() {
    for (int i = 0; i < 9; i++) {
      end(launch(), Sign.DOUBT);
    }
    for (int i = 0; i < 9; i++) {
      end(launch(), Sign.NOTHING);
    }
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    end(launch(), Sign.DOUBT);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  @Test
  void whatWaitsForItsTimeSlotWhenItOpensIsNotLaunched() {
    Ticket waiting = breaker.admit(now);
    fallSilent();
    assertThat(breaker.tryLaunch(waiting, now)).isFalse();

    letGoOn();
    assertThat(breaker.tryLaunch(waiting, now)).as("nor later").isFalse();
  }

  @Test
  void startsOnASenderSlowly() {
    assertThat(launch(breaker.room(now))).hasSize(8);
    assertThat(breaker.room(now)).isZero();
    pass(100);
    answerQuickly(0);
    Ticket one = breaker.admit(now);
    assertThat(breaker.tryLaunch(one, now)).isTrue();
    end(one, Sign.ANSWER);

    assertThat(breaker.room(now)).isEqualTo(1);
  }

  @Test
  void afterItWasOpenOneGoesFirstAndForEachAnswerTwo() {
    fallSilent();
    letGoOn();
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    List<Integer> rounds = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      List<Ticket> sends = launch(breaker.room(now));
      rounds.add(sends.size());
      sends.forEach(send -> end(send, Sign.ANSWER));
    }

    assertThat(rounds).containsExactly(1, 2, 4, 8, 16);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    assertThat(breaker.openFor(now)).isNull();
  }

  @Test
  void oneDoubtOpensItAgain() {
    fallSilent();
    letGoOn();
    end(launch(), Sign.DOUBT);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  @Test
  void silenceOpensItAgainAndPeopleAreToldSinceWhenItReallyLasts() {
    fallSilent();
    long since = breaker.openFor(now).sinceNanos();
    letGoOn();
    launch();
    pass(2_900);
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    pass(300);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.openFor(now).sinceNanos()).isEqualTo(since);
  }

  @Test
  void oneThatIsTriedIsStillHeldBackUntilThatIsAnswered() {
    fallSilent();
    letGoOn();
    Ticket send = launch();
    assertThat(breaker.openFor(now)).isNotNull();
    end(send, Sign.ANSWER);

    assertThat(breaker.openFor(now)).isNull();
  }

  @Test
  void nothingIsHeldBackWhereNothingIsLeftToTry() {
    fallSilent();
    letGoOn();
    pass(60_000);

    assertThat(breaker.openFor(now)).isNull();
  }

  @Test
  void thoseLaunchedBeforeItOpenedDoNotOpenItAgain() {
    answerQuickly(20);
    List<Ticket> hung = launch(20);
    pass(4_000);
    letGoOn();
    Ticket first = launch();
    hung.forEach(send -> end(send, Sign.DOUBT));
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    end(first, Sign.ANSWER);

    assertThat(breaker.room(now)).isEqualTo(2);
  }

  @Test
  void aLateAnswerIsASignOfLifeButNobodySeesItFlutter() {
    answerQuickly(20);
    List<Ticket> late = launch(20);
    pass(3_200);
    breaker.controlled(true, now);
    assertThat(breaker.alive(now)).isFalse();
    end(late.getFirst(), Sign.ANSWER);
    assertThat(breaker.alive(now)).isFalse();
    pass(1_000);

    assertThat(breaker.alive(now)).isTrue();
  }

  @Test
  void isHalfOpenAfterOthersHaveBlockedTheSenderToo() {
    answerQuickly(20);
    breaker.controlled(true, now);
    assertThat(breaker.openFor(now)).as("they know why").isNull();
    assertThat(breaker.room(now)).as("holding back is not its matter").isPositive();
    assertThat(breaker.tryLaunch(breaker.admit(now), now)).isFalse();
    breaker.controlled(false, now);

    assertThat(breaker.room(now)).isEqualTo(1);
  }

  @Test
  void doesNotTakeTheBlockOfOthersForItsOwn() {
    fallSilent();
    letGoOn();
    end(launch(), Sign.ANSWER);
    breaker.controlled(true, now);
    pass(10_000);

    assertThat(breaker.alive(now)).isFalse();
  }

  private void fallSilent() {
    answerQuickly(20);
    launch();
    pass(4_000);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  private void letGoOn() {
    breaker.controlled(true, now);
    pass(1_000);
    breaker.controlled(false, now);
  }

  private void answerQuickly(int times) {
    for (int i = 0; i < times; i++) {
      Ticket send = launch();
      pass(10);
      end(send, Sign.ANSWER);
    }
  }

  private List<Ticket> launch(int count) {
    List<Ticket> sends = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sends.add(launch());
    }
    return sends;
  }

  private Ticket launch() {
    Ticket ticket = breaker.admit(now);
    assertThat(breaker.tryLaunch(ticket, now)).isTrue();
    return ticket;
  }

  private void end(Ticket ticket, Sign sign) {
    breaker.ended(ticket, sign, "why", now);
  }

  private void pass(int millis) {
    now += millis(millis);
    breaker.watch(now);
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
