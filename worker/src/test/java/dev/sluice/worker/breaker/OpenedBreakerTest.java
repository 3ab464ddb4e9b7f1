package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.worker.breaker.CircuitBreaker.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests what a breaker does after it has opened, or others have blocked the sender. */
class OpenedBreakerTest {
  private final SteppedSender sender = new SteppedSender();

  @Test
  void afterATrialWhatWasInDoubtBeforeIsForgotten() {
    for (int i = 0; i < 48; i++) {
      sender.end(sender.launch(), i % 2 == 0 ? Sign.DOUBT : Sign.ANSWER);
    }
    sender.fallSilent();
    sender.letGoOn();
    for (int i = 0; i < 10; i++) {
      sender.end(sender.launch(), Sign.ANSWER);
    }
    sender.end(sender.launch(), Sign.DOUBT);

    assertThat(sender.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void whatWaitsForItsTimeSlotWhenItOpensIsNotLaunched() {
    Ticket waiting = sender.admit();
    sender.fallSilent();
    assertThat(sender.tryLaunch(waiting)).isFalse();

    sender.letGoOn();
    assertThat(sender.tryLaunch(waiting)).as("nor later").isFalse();
  }

  @Test
  void afterItWasOpenOneGoesFirstAndForEachAnswerTwo() {
    sender.fallSilent();
    sender.letGoOn();
    assertThat(sender.state()).isEqualTo(State.HALF_OPEN);
    List<Integer> rounds = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      List<Ticket> sends = sender.launch(sender.room());
      rounds.add(sends.size());
      sends.forEach(send -> sender.end(send, Sign.ANSWER));
    }

    assertThat(rounds).containsExactly(1, 2, 4, 8, 16);
    assertThat(sender.state()).isEqualTo(State.CLOSED);
    assertThat(sender.openFor()).isNull();
  }

  @Test
  void oneDoubtOpensItAgain() {
    sender.fallSilent();
    sender.letGoOn();
    sender.end(sender.launch(), Sign.DOUBT);

    assertThat(sender.state()).isEqualTo(State.OPEN);
  }

  @Test
  void silenceOpensItAgainAndPeopleAreToldSinceWhenItReallyLasts() {
    sender.fallSilent();
    long since = sender.openFor().sinceNanos();
    sender.letGoOn();
    sender.launch();
    sender.pass(2_900);
    assertThat(sender.state()).isEqualTo(State.HALF_OPEN);
    sender.pass(300);

    assertThat(sender.state()).isEqualTo(State.OPEN);
    assertThat(sender.openFor().sinceNanos()).isEqualTo(since);
  }

  @Test
  void oneThatIsTriedIsStillHeldBackUntilThatIsAnswered() {
    sender.fallSilent();
    sender.letGoOn();
    Ticket send = sender.launch();
    assertThat(sender.openFor()).isNotNull();
    sender.end(send, Sign.ANSWER);

    assertThat(sender.openFor()).isNull();
  }

  @Test
  void nothingIsHeldBackWhereNothingIsLeftToTry() {
    sender.fallSilent();
    sender.letGoOn();
    sender.pass(60_000);

    assertThat(sender.openFor()).isNull();
  }

  @Test
  void thoseLaunchedBeforeItOpenedDoNotOpenItAgain() {
    sender.answerQuickly(20);
    List<Ticket> hung = sender.launch(20);
    sender.pass(4_000);
    sender.letGoOn();
    Ticket first = sender.launch();
    hung.forEach(send -> sender.end(send, Sign.DOUBT));
    assertThat(sender.state()).isEqualTo(State.HALF_OPEN);
    sender.end(first, Sign.ANSWER);

    assertThat(sender.room()).isEqualTo(2);
  }

  @Test
  void aLateAnswerIsASignOfLifeButNobodySeesItFlutter() {
    sender.answerQuickly(20);
    List<Ticket> late = sender.launch(20);
    sender.pass(3_200);
    sender.block();
    assertThat(sender.alive()).isFalse();
    sender.end(late.getFirst(), Sign.ANSWER);
    assertThat(sender.alive()).isFalse();
    sender.pass(1_000);

    assertThat(sender.alive()).isTrue();
  }

  @Test
  void isHalfOpenAfterOthersHaveBlockedTheSenderToo() {
    sender.answerQuickly(20);
    sender.block();
    assertThat(sender.openFor()).as("they know why").isNull();
    assertThat(sender.room()).as("holding back is not its matter").isPositive();
    assertThat(sender.tryLaunch(sender.admit())).isFalse();
    sender.unblock();

    assertThat(sender.room()).isEqualTo(1);
  }

  @Test
  void doesNotTakeTheBlockOfOthersForItsOwn() {
    sender.fallSilent();
    sender.letGoOn();
    sender.end(sender.launch(), Sign.ANSWER);
    sender.block();
    sender.pass(10_000);

    assertThat(sender.alive()).isFalse();
  }
}
