package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.worker.Dispatcher.Finished;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutcomePolicyTest {
  private static final Class<?> STOP = Disposition.StopCampaign.class;
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

  private final PartitionState partition = PartitionInMemory.unread();
  private final FakeTime time = new FakeTime();
  private final ControlsView controls = NoControls.view(PartitionInMemory.TOPICS, time);
  private final OutcomePolicy policy =
      new OutcomePolicy(
          RetryPolicy.DEFAULT,
          controls,
          new Machine(time, Machine.REAL.threads(), Machine.REAL.random()));

  @Test
  void anAcceptedMessageIsSent() {
    Disposition decision = decide(task(OnDoubt.HOLD, 0), new SendOutcome.Accepted("wamid.1"));

    assertThat(published(decision).status()).isEqualTo(RecipientStatus.SENT);
    assertThat(published(decision).providerMessageId()).isEqualTo("wamid.1");
  }

  @Test
  void aRefusedMessageHasFailedWithTheProvidersReason() {
    Disposition decision =
        decide(task(OnDoubt.HOLD, 0), new SendOutcome.Refused("131026", "undeliverable"));

    assertThat(published(decision).status()).isEqualTo(RecipientStatus.FAILED);
    assertThat(published(decision).errorCode()).isEqualTo("131026");
  }

  @Test
  void aMessageInDoubtIsHeldAsUnconfirmed() {
    Disposition decision = decide(task(OnDoubt.HOLD, 0), new SendOutcome.InDoubt("no answer"));

    assertThat(published(decision).status()).isEqualTo(RecipientStatus.UNCONFIRMED);
  }

  @Test
  void aMessageInDoubtIsSentAgainOnlyIfItsCampaignSaysSo() {
    assertThat(decide(task(OnDoubt.RESEND, 0), new SendOutcome.InDoubt("no answer")))
        .isInstanceOf(Disposition.Wait.class);
  }

  @Test
  void sendingAgainInDoubtEndsAfterTheLastAttempt() {
    assertThat(
            published(decide(task(OnDoubt.RESEND, 5), new SendOutcome.InDoubt("no answer")))
                .status())
        .isEqualTo(RecipientStatus.UNCONFIRMED);
  }

  @Test
  void aShortWaitIsSpentInMemory() {
    SendOutcome outcome = new SendOutcome.TryAgain("131000", "?", Duration.ofSeconds(10));

    assertThat(decide(task(OnDoubt.HOLD, 1), outcome))
        .isEqualTo(new Disposition.Wait(Duration.ofSeconds(10)));
  }

  @Test
  void aLongWaitIsSpentInTheProducer() {
    SendOutcome outcome = new SendOutcome.TryAgain("131057", "maintenance", Duration.ofMinutes(1));

    assertThat(decide(task(OnDoubt.HOLD, 1), outcome))
        .isEqualTo(new Disposition.Later(NOW.plusSeconds(60)));
  }

  @Test
  void afterTheLastAttemptItHasFailedWithTheLastError() {
    SendOutcome outcome = new SendOutcome.TryAgain("131000", "unknown error", null);

    assertThat(published(decide(task(OnDoubt.HOLD, 5), outcome)))
        .satisfies(result -> {
          assertThat(result.status()).isEqualTo(RecipientStatus.FAILED);
          assertThat(result.errorCode()).isEqualTo("131000");
          assertThat(result.attempts()).isEqualTo(5);
        });
  }

  @Test
  void throttlingNeverUsesUpARecipientsAttempts() {
    SendOutcome outcome = new SendOutcome.Throttled("130429", "rate limit hit", null);
    SendTask task = task(OnDoubt.HOLD, 4);
    policy.observe(new Finished(task, outcome, NOW));

    assertThat(task.attempts()).isEqualTo(4);
    assertThat(decide(task, outcome)).isInstanceOf(Disposition.Wait.class);
  }

  @Test
  void aCertainlyUnsentMessageOfALostPartitionOverridesTheDoubtOfItsNewOwner() {
    SendTask task = task(OnDoubt.HOLD, 1);
    partition.forget();

    assertThat(
            published(decide(task, new SendOutcome.TryAgain("not_connected", "refused", null)))
                .status())
        .isEqualTo(RecipientStatus.FAILED);
  }

  @Test
  void aLostMessageThatItsNewOwnerSendsAgainIsNotCalledFailed() {
    SendTask task = task(OnDoubt.RESEND, 1);
    partition.forget();

    assertThat(published(policy.decide(notLaunched(task, NOW))).status())
        .isEqualTo(RecipientStatus.UNCONFIRMED);
  }

  @Test
  void whatWasNeverLaunchedWaitsAgainAndUsesUpNoAttempt() {
    SendTask task = task(OnDoubt.HOLD, 4);
    Finished outcome = notLaunched(task, NOW);
    policy.observe(outcome);

    assertThat(task.attempts()).isEqualTo(4);
    assertThat(policy.decide(outcome)).isEqualTo(new Disposition.Wait(Duration.ZERO));
  }

  @Test
  void whatWasNeverLaunchedAndIsSomebodyElsesNowIsNotInDoubtButFailed() {
    SendTask task = task(OnDoubt.HOLD, 0);
    partition.forget();

    assertThat(published(policy.decide(notLaunched(task, NOW))))
        .satisfies(result -> {
          assertThat(result.status()).isEqualTo(RecipientStatus.FAILED);
          assertThat(result.errorCode()).isEqualTo("not_launched");
        });
  }

  @Test
  void anOptOutFailsTheRecipientForEver() {
    Disposition decision =
        decide(task(OnDoubt.HOLD, 1), new SendOutcome.OptedOut("131050", "stop"));

    assertThat(published(decision).status()).isEqualTo(RecipientStatus.FAILED);
    assertThat(published(decision).optOut()).isTrue();
  }

  @Test
  void thePairLimitWaitsFourTimesLongerAfterEachFailure() {
    SendOutcome outcome = new SendOutcome.PairLimited("131056", "pair");

    assertThat(decide(task(OnDoubt.HOLD, 1), outcome))
        .isEqualTo(new Disposition.Wait(Duration.ofSeconds(1)));
    assertThat(decide(task(OnDoubt.HOLD, 2), outcome))
        .isEqualTo(new Disposition.Wait(Duration.ofSeconds(4)));
    assertThat(decide(task(OnDoubt.HOLD, 4), outcome)).isInstanceOf(Disposition.Later.class);
  }

  @Test
  void aMessageThatWasNotLaunchedADayAgoWasNotTriedThen() {
    SendTask task = task(OnDoubt.HOLD, 1);
    task.launched(System.nanoTime());
    task.answered(notLaunched(task, NOW.minus(Duration.ofHours(25))));

    assertThat(decide(task, new SendOutcome.TryAgain("131000", "?", null)))
        .isInstanceOf(Disposition.Wait.class);
  }

  @Test
  void aMessageTriedForADayHasFailed() {
    SendTask task = task(OnDoubt.HOLD, 1);
    task.launched(System.nanoTime());
    task.answered(
        new Finished(
            task,
            new SendOutcome.TryAgain("131000", "later", null),
            NOW.minus(Duration.ofHours(25))));

    assertThat(published(decide(task, new SendOutcome.TryAgain("131000", "?", null))).status())
        .isEqualTo(RecipientStatus.FAILED);
  }

  @Test
  void aRowOfOutagesBlocksTheSenderAndUsesUpNoAttempts() {
    SendOutcome down = new SendOutcome.Unavailable("not_connected", "refused", null);
    for (int i = 0; i < FailureStreaks.LONG; i++) {
      policy.observe(new Finished(launched(), down, NOW));
    }
    SendTask last = launched(4);
    policy.observe(new Finished(last, down, NOW));

    assertThat(last.attempts()).isEqualTo(4);
    assertThat(decide(last, down))
        .isInstanceOfSatisfying(
            Disposition.BlockSender.class,
            block -> {
              assertThat(block.control().state()).isEqualTo(Control.State.BLOCKED);
              assertThat(block.control().endsByItself()).isTrue();
            });
  }

  @Test
  void messagesOfOneMomentThatFailTogetherDoNotBlockTheirSenderButTheNextOnesDo() {
    SendOutcome late = new SendOutcome.Unavailable("not_connected", "late", null);
    List<SendTask> together = Stream.generate(() -> task(OnDoubt.HOLD, 0)).limit(200).toList();
    together.forEach(task -> task.launched(time.nanoTime()));
    time.sleep(Duration.ofSeconds(3));
    for (SendTask task : together.reversed()) {
      assertThat(decideAbout(task, late)).isInstanceOf(Disposition.Wait.class);
      assertThat(task.attempts()).isLessThanOrEqualTo(1);
    }

    assertThat(decideAbout(launched(), late)).isInstanceOf(Disposition.BlockSender.class);
  }

  @Test
  void theFirstFailureAfterAnUnblockingDoesNotBlockTheSenderAgainNorUseUpAnAttempt() {
    SendOutcome down = new SendOutcome.Unavailable("not_connected", "refused", null);
    for (int i = 0; i <= FailureStreaks.LONG; i++) {
      policy.observe(new Finished(launched(), down, NOW));
    }
    control(Control.senderKey("s"), Control.State.BLOCKED);
    control(Control.senderKey("s"), Control.State.RUNNING);

    SendTask first = launched(5);
    SendTask together = launched();
    assertThat(decideAbout(together, down)).isInstanceOf(Disposition.Wait.class);
    assertThat(decideAbout(first, down)).isInstanceOf(Disposition.Wait.class);
    assertThat(first.attempts()).isEqualTo(5);
    assertThat(decideAbout(launched(), down)).isInstanceOf(Disposition.BlockSender.class);
  }

  @Test
  void aSuccessInBetweenEndsTheRow() {
    SendOutcome down = new SendOutcome.Unavailable("131000", "?", null);
    for (int i = 0; i < 3 * FailureStreaks.LONG; i++) {
      SendOutcome outcome = i % 5 == 4 ? new SendOutcome.Accepted("wamid") : down;
      policy.observe(new Finished(launched(), outcome, NOW));
    }

    assertThat(decide(launched(1), down)).isInstanceOf(Disposition.Wait.class);
  }

  @Test
  void aBadTokenBlocksTheSenderUntilPeopleHaveDoneSomething() {
    Disposition decision =
        decide(task(OnDoubt.HOLD, 1), new SendOutcome.SenderBlocked("190", "expired"));

    assertThat(decision)
        .isInstanceOfSatisfying(
            Disposition.BlockSender.class,
            block -> {
              assertThat(block.control().endsByItself()).isFalse();
              assertThat(block.control().reason()).contains("190").contains("expired");
            });
  }

  @Test
  void aRefusedTemplateStopsItsCampaign() {
    assertThat(decide(task(OnDoubt.HOLD, 1), new SendOutcome.CampaignStopped("132015", "paused")))
        .isInstanceOfSatisfying(
            Disposition.StopCampaign.class,
            stop -> {
              assertThat(stop.pause().command()).isEqualTo(CampaignCommand.Action.PAUSE);
              assertThat(stop.pause().reason()).contains("132015");
            });
  }

  @Test
  void oneBadRequestFailsItsRecipientAndARowOfThemStopsTheCampaign() {
    SendOutcome bad = new SendOutcome.BadRequest("132000", "wrong number of parameters");

    assertThat(published(decide(task(OnDoubt.HOLD, 1), bad)).status())
        .isEqualTo(RecipientStatus.FAILED);
    for (int i = 0; i < FailureStreaks.LONG; i++) {
      policy.observe(new Finished(task(OnDoubt.HOLD, 0), bad, NOW));
    }
    assertThat(decide(task(OnDoubt.HOLD, 1), bad)).isInstanceOf(Disposition.StopCampaign.class);
  }

  @Test
  void aResumedCampaignGetsBeyondRecipientsThatAreAtFaultThemselves() {
    SendOutcome bad = new SendOutcome.BadRequest("132018", "a line break in a variable");
    for (int i = 0; i < FailureStreaks.LONG; i++) {
      assertThat(decideAbout(launched(), bad))
          .isInstanceOf(i < FailureStreaks.LONG - 1 ? Disposition.Publish.class : STOP);
    }
    SendTask inFlight = launched();
    control(Control.State.PAUSED);
    assertThat(decideAbout(inFlight, bad)).as("it was on its way").isInstanceOf(STOP);

    control(Control.State.RUNNING);
    for (int i = 0; i < FailureStreaks.LONG; i++) {
      assertThat(decideAbout(launched(), bad))
          .isInstanceOf(i < FailureStreaks.LONG - 1 ? Disposition.Publish.class : STOP);
    }
  }

  @Test
  void whoeverWasRefusedAfterAllAttemptsHasFailedWhateverOthersWere() {
    SendOutcome bad = new SendOutcome.BadRequest("132000", "wrong number of parameters");
    for (int i = 0; i < FailureStreaks.LONG; i++) {
      policy.observe(new Finished(task(OnDoubt.HOLD, 0), bad, NOW));
    }

    assertThat(decide(task(OnDoubt.HOLD, 4), bad)).isInstanceOf(STOP);
    assertThat(published(decide(task(OnDoubt.HOLD, 5), bad)).status())
        .isEqualTo(RecipientStatus.FAILED);
  }

  @Test
  void attemptsAreCountedUpToWhatARecordMaySay() {
    SendTask task = task(OnDoubt.HOLD, SendRequest.MOST_ATTEMPTS);
    policy.observe(new Finished(task, new SendOutcome.BadRequest("132000", "?"), NOW));

    assertThat(task.returned(null).attempts()).isEqualTo(SendRequest.MOST_ATTEMPTS);
  }

  private SendTask launched() {
    return launched(0);
  }

  private SendTask launched(int attempts) {
    time.sleep(Duration.ofSeconds(1));
    SendTask task = task(OnDoubt.HOLD, attempts);
    task.launched(time.nanoTime());
    return task;
  }

  private void control(Control.State state) {
    control(Control.campaignKey(new UUID(0, 1)), state);
  }

  private void control(String key, Control.State state) {
    time.sleep(Duration.ofSeconds(1));
    controls.expect(key, new Control(state, null), time.nanoTime());
  }

  private Disposition decideAbout(SendTask task, SendOutcome outcome) {
    policy.observe(new Finished(task, outcome, NOW));
    return decide(task, outcome);
  }

  private Disposition decide(SendTask task, SendOutcome outcome) {
    return policy.decide(new Finished(task, outcome, NOW));
  }

  private static Finished notLaunched(SendTask task, Instant at) {
    return new Finished(task, new Ending.NotLaunched("the worker was stalled"), at, null);
  }

  private static dev.sluice.schema.SendResult published(Disposition decision) {
    assertThat(decision).isInstanceOf(Disposition.Publish.class);
    return ((Disposition.Publish) decision).result();
  }

  private SendTask task(OnDoubt onDoubt, int attempts) {
    SendRequest request =
        new SendRequest(
            7,
            new UUID(0, 1),
            1,
            new SendRequest.Sender("s", "whatsapp", "1"),
            0,
            80,
            "+5511960000000",
            Json.MAPPER.createObjectNode(),
            onDoubt,
            attempts,
            null);
    return new SendTask(partition, 0, request, -1, 0);
  }
}
