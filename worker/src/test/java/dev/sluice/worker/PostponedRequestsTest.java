package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A message that its provider has postponed waits for that long, whoever sends it then. */
class PostponedRequestsTest {
  private static final long POSTPONED = 1;
  private static final long STOPPING = 2;

  private final SteppedTime time = new SteppedTime();
  private final SteppedWorker worker = new SteppedWorker(10, time, this::answer);
  private Duration answerTime = Duration.ZERO;
  private Instant answered = Instant.EPOCH;

  @Test
  void whatWaitsInMemorySaysUntilWhenWhenItsCampaignIsPaused() {
    worker.write(request(POSTPONED, 2));
    worker.run(Duration.ofSeconds(2));
    worker.write(request(STOPPING, 0));
    worker.run(Duration.ofSeconds(2));

    assertThat(worker.returned).hasSize(2);
    assertThat(postponed().attempts()).isEqualTo(3);
    assertThat(postponed().notBefore()).isEqualTo(answered.plusSeconds(16));
  }

  @Test
  void whatWaitsForItsTimeIsNotRewrittenMeanwhile() {
    SteppedWorker patient = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    patient.write(request(3, 0).again(0, patient.time.now().plusSeconds(7), null, 80));
    patient.run(Duration.ofMillis(6_900));
    assertThat(patient.sent).isEmpty();
    patient.run(Duration.ofSeconds(1));

    assertThat(patient.results).hasSize(1);
    assertThat(patient.returned).isEmpty();
    assertThat(patient.log).hasSize(1);
  }

  /** Its lane keeps that rate, although it has had nothing to send for more than two minutes. */
  @Test
  void whatWaitsForItsTimeIsSentAtItsLanesNewestRate() {
    SteppedWorker patient = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    patient.writeToManyOthers();
    patient.write(request(3, 0));
    patient.run(Duration.ofSeconds(100));
    Instant soon = patient.time.now().plusSeconds(58);
    for (int i = 0; i < 100; i++) {
      patient.write(request(4 + i, 0).again(0, soon, null, 80));
    }
    patient.write(request(104, 0).again(0, soon, null, 5));
    patient.run(Duration.ofSeconds(68));

    assertThat(patient.sentBy("s")).isBetween(1 + 45L, 1 + 55L);
  }

  @Test
  void soDoesWhatIsPostponedWhileItsCampaignIsPaused() {
    answerTime = Duration.ofSeconds(2);
    worker.write(request(POSTPONED, 3));
    worker.write(request(STOPPING, 0));
    worker.run(Duration.ofSeconds(4));

    assertThat(worker.returned).hasSize(2);
    assertThat(postponed().notBefore()).isEqualTo(answered.plusSeconds(64));
  }

  /** In its lane it would take the place of others that can be sent. */
  @Test
  void whatIsPostponedForLongGoesBackAndSaysUntilWhen() {
    worker.write(request(POSTPONED, 3));
    worker.run(Duration.ofSeconds(2));

    assertThat(worker.log).hasSize(1);
    assertThat(postponed().attempts()).isEqualTo(4);
    assertThat(postponed().notBefore()).isEqualTo(answered.plusSeconds(64));
  }

  @Test
  void whatWaitsInMemorySaysUntilWhenToTheNextOwner() {
    worker.write(request(POSTPONED, 2));
    worker.run(Duration.ofSeconds(2));
    worker.revoke();

    assertThat(copy().attempts()).isEqualTo(3);
    assertThat(copy().notBefore()).isEqualTo(answered.plusSeconds(16));
    assertThat(worker.partition.committed().offset()).isOne();
  }

  @Test
  void soDoesWhatIsPostponedWhileThePartitionIsGivenAway() {
    answerTime = Duration.ofSeconds(2);
    worker.write(request(POSTPONED, 2));
    worker.run(Duration.ofSeconds(1));
    worker.revoke();

    assertThat(copy().attempts()).isEqualTo(3);
    assertThat(copy().notBefore()).isAfterOrEqualTo(answered.plusSeconds(16));
    assertThat(worker.partition.committed().offset()).isOne();
  }

  @Test
  void whatHasBecomeTooLargeForThatIsLeftToTheNextOwner() {
    worker.write(request(POSTPONED, 2, "x".repeat(999_900)));
    worker.run(Duration.ofSeconds(2));
    worker.revoke();

    assertThat(worker.results).isEmpty();
    assertThat(worker.log).hasSize(1);
    assertThat(worker.partition.committed().offset()).isZero();
    assertThat(worker.partition.committed().metadata()).as("it waits").isEqualTo("v1");
  }

  @Test
  void aFailedTransactionDoesNotKeepItFromTheNextOwner() {
    worker.write(request(POSTPONED, 2));
    worker.run(Duration.ofSeconds(2));
    worker.aborted = 1;
    worker.revoke();

    assertThat(copy().notBefore()).isEqualTo(answered.plusSeconds(16));
    assertThat(worker.partition.committed().offset()).isOne();
  }

  private SendOutcome answer(OutgoingMessage message) {
    long recipient = Long.parseLong(message.callbackData().split(":", 3)[1]);
    if (recipient == POSTPONED) {
      time.sleep(answerTime);
      answered = time.now();
      return new SendOutcome.PairLimited("131056", "too many to this one");
    }
    return new SendOutcome.CampaignStopped("132015", "the template is paused");
  }

  private ReturnedRequest postponed() {
    return worker.returned.stream()
        .filter(one -> one.recipientId() == POSTPONED)
        .findFirst()
        .orElseThrow();
  }

  private SendRequest copy() {
    return Json.read(worker.log.getLast().value(), SendRequest.class);
  }

  private static SendRequest request(long recipient, int attempts) {
    return request(recipient, attempts, "");
  }

  private static SendRequest request(long recipient, int attempts, String text) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        new SendRequest.Sender("s", "whatsapp", "s"),
        0,
        80,
        "+5511960000000",
        Json.MAPPER.createObjectNode().put("body", text),
        OnDoubt.HOLD,
        attempts,
        null);
  }
}
