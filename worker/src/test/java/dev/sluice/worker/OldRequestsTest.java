package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Requests written long ago are returned to the producer, which checks whether they may still be
 * sent.
 */
class OldRequestsTest {
  private static final Duration TOO_OLD = Duration.ofMinutes(61);

  @Test
  void whatWasQueuedWhenTheWorkersWentAwayIsNotSentWhenTheyComeBack() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    for (int i = 0; i < 800; i++) {
      worker.write(Requests.of(i), Duration.ofDays(1));
    }
    for (int i = 800; i < 820; i++) {
      worker.write(Requests.of(i), Duration.ofMinutes(59));
    }
    worker.run(Duration.ofSeconds(3));

    assertThat(worker.results)
        .hasSize(20)
        .allMatch(result -> result.recipientId() >= 800)
        .extracting(SendResult::status)
        .containsOnly(RecipientStatus.SENT);
    assertThat(worker.returned)
        .hasSize(800)
        .allMatch(request -> request.recipientId() < 800)
        .extracting(ReturnedRequest::recipientId)
        .doesNotHaveDuplicates();
    assertThat(worker.returned)
        .extracting(ReturnedRequest::full)
        .as("it circles slowly if it is the clock that is wrong")
        .containsOnly(new ReturnedRequest.FullLane(0, 10));
    assertThat(worker.sent).hasSize(20);
  }

  @Test
  void aClockThatMakesAllLookTooOldIsSaid() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    for (int i = 0; i < 800; i++) {
      worker.write(Requests.of(i), TOO_OLD);
    }
    worker.run(Duration.ofSeconds(12));
    assertThat(worker.health.problems()).as("workers may have been away").isEmpty();

    for (int i = 0; i < 800; i++) {
      worker.write(Requests.of(i), TOO_OLD);
    }
    worker.run(Duration.ofSeconds(3));
    assertThat(worker.returned).hasSize(1_600);
    assertThat(worker.health.problems().get("clock"))
        .matches(
            "requests written in the last 1\\d s appear 61 min old and are returned unsent: .*");

    worker.write(Requests.of(1));
    worker.run(Duration.ofSeconds(1));
    assertThat(worker.sent).hasSize(1);
    assertThat(worker.health.problems()).isEmpty();
  }

  /** A partition that is assigned again still holds what was returned but not committed. */
  @Test
  void aRequestThatIsReadAgainIsNotOneThatWasWrittenAnew() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    worker.write(Requests.of(1), TOO_OLD);
    worker.transactionsCommit = false;
    worker.run(Duration.ofSeconds(1));
    worker.lose();
    worker.transactionsCommit = true;
    worker.run(Duration.ofSeconds(1));

    assertThat(worker.returned).hasSize(1);
    assertThat(worker.health.problems()).isEmpty();
  }

  @Test
  void aCopyIsAsOldAsItsOriginal() {
    Duration wait = Duration.ofSeconds(45);
    SteppedWorker worker =
        new SteppedWorker(message -> new SendOutcome.TryAgain("131000", "?", wait));
    worker.write(test(), Duration.ofHours(1).minus(wait.dividedBy(2)));
    worker.run(Duration.ofMinutes(1));

    assertThat(worker.log).hasSize(2);
    assertThat(worker.log.getLast().timestamp()).isEqualTo(worker.log.getFirst().timestamp());
    assertThat(worker.sent).hasSize(1);
    assertThat(worker.results).extracting(SendResult::errorCode).containsExactly("not_sent");
  }

  @Test
  void aCopyOfARequestFromBeforeTheClockWasSetBackIsNotFromTheFuture() {
    SteppedWorker worker =
        new SteppedWorker(
            message -> new SendOutcome.TryAgain("131000", "?", Duration.ofSeconds(45)));
    worker.write(test(), Duration.ofHours(-2));
    worker.run(Duration.ofMinutes(1));

    assertThat(worker.log.get(1).timestamp()).isLessThan(worker.log.getFirst().timestamp());
  }

  @Test
  void aTestThatIsTooOldHasFailed() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    worker.write(test(), TOO_OLD);
    worker.run(Duration.ofSeconds(1));

    assertThat(worker.results)
        .extracting(SendResult::status)
        .containsExactly(RecipientStatus.FAILED);
    assertThat(worker.returned).isEmpty();
    assertThat(worker.sent).isEmpty();
  }

  /** Returns a test, which is the only request of which a copy waits in its lane. */
  private static SendRequest test() {
    return SendRequest.test(
        1,
        UUID.randomUUID(),
        new SendRequest.Sender("s", "whatsapp", "1"),
        80,
        "+5511960000001",
        Json.MAPPER.createObjectNode());
  }
}
