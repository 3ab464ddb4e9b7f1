package dev.sluice.worker;

import static dev.sluice.worker.WorkerFixture.CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.NEIGHBOUR;
import static dev.sluice.worker.WorkerFixture.OTHER_CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.PATIENCE;
import static dev.sluice.worker.WorkerFixture.SENDER;
import static dev.sluice.worker.WorkerFixture.callback;
import static dev.sluice.worker.WorkerFixture.partitionOf;
import static dev.sluice.worker.WorkerFixture.request;
import static dev.sluice.worker.WorkerFixture.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Requests that may not be sent are returned to the producer and block no others. */
@Execution(ExecutionMode.CONCURRENT)
class ReturnedRequestsTest {
  /** A lane that would need hours for what is queued in these tests. */
  private static final double SLOW = 1;

  private final WorkerFixture fixture = new WorkerFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aPausedCampaignsQueueIsGivenBackAtOnceAndTheNeighbourGoesOn() throws Exception {
    int partition = partitionOf(SENDER);
    fixture.pause(CAMPAIGN);
    fixture.write(requests(CAMPAIGN, SENDER, SLOW, 0, 6_000));
    fixture.write(requests(OTHER_CAMPAIGN, NEIGHBOUR, 200, 6_000, 6_100));
    fixture.start("w1", WorkerFixture::accepted);

    List<SendResult> results = fixture.results(100);
    List<ReturnedRequest> returned = fixture.returned(6_000);

    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);
    assertThat(results).allMatch(result -> result.campaignId().equals(OTHER_CAMPAIGN));
    assertThat(returned)
        .extracting(ReturnedRequest::recipientId)
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 6_000).boxed().toList());
    assertThat(fixture.sent).hasSize(100);
    fixture.awaitDone(partition);
    assertThat(fixture.end(partition)).as("nothing is rewritten").isEqualTo(6_100);
  }

  @Test
  void aTestThatMayNotBeSentHasFailedAndStopsNothing() {
    fixture.control(
        Control.senderKey(SENDER), new Control(Control.State.BLOCKED, "an expired token"));
    fixture.write(List.of(test(SENDER), test(NEIGHBOUR)));
    fixture.start(
        "w1",
        message ->
            message.callbackData().startsWith("test:")
                ? new SendOutcome.CampaignStopped("132001", "no such template")
                : WorkerFixture.accepted(message));

    List<SendResult> results = fixture.results(2);

    assertThat(results).allMatch(SendResult::isForTest);
    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.FAILED);
    assertThat(results)
        .extracting(SendResult::errorDetail)
        .anyMatch(detail -> detail.contains("blocked"))
        .anyMatch(detail -> detail.contains("132001"));
    assertThat(fixture.read(fixture.kafka.topics().campaignCommands(), 0)).isEmpty();
    assertThat(fixture.returned(0)).isEmpty();
  }

  private static SendRequest test(String sender) {
    return SendRequest.test(
        1,
        UUID.randomUUID(),
        new SendRequest.Sender(sender, "whatsapp", "1"),
        80,
        "+5511960000001",
        Json.MAPPER.createObjectNode());
  }

  @Test
  void aPauseInTheMiddleEmptiesTheLaneWhateverItsRateAndWhereverItsRequestsWait() {
    fixture.write(requests(CAMPAIGN, SENDER, SLOW, 0, 3_000));
    fixture.write(
        List.of(request(3_000, CAMPAIGN, SENDER, SLOW, Instant.now().plusSeconds(3_600))));
    // Among those of the paused campaign, in the same lane; it stays.
    fixture.write(requests(OTHER_CAMPAIGN, SENDER, SLOW, 3_001, 3_002));
    fixture.start("w1", WorkerFixture::accepted);
    await().atMost(PATIENCE).until(() -> !fixture.sent.isEmpty());

    fixture.pause(CAMPAIGN);
    await().atMost(PATIENCE).until(() -> fixture.returned(1).size() + fixture.sent.size() >= 3_001);

    List<ReturnedRequest> returned = fixture.returned(1);
    assertThat(returned).extracting(ReturnedRequest::campaignId).containsOnly(CAMPAIGN);
    assertThat(returned).extracting(ReturnedRequest::recipientId).contains(3_000L);
    assertThat(
            Stream.concat(
                fixture.sent.stream(),
                returned.stream().map(r -> callback(CAMPAIGN, r.recipientId()))))
        .doesNotHaveDuplicates();
  }

  @Test
  void whatIsGivenBackInTransactionsThatFailIsGivenBackOnce() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, SLOW, 0, 5_000));
    fixture.pause(CAMPAIGN);
    fixture.start("w1", WorkerFixture::accepted);
    String transactionalId = fixture.kafka.topics().transactionalId("worker", "w1");
    try (Admin admin = fixture.admin()) {
      for (int i = 0; i < 4; i++) {
        admin.fenceProducers(List.of(transactionalId)).all().get();
      }
    }

    assertThat(fixture.returned(5_000))
        .hasSize(5_000)
        .extracting(ReturnedRequest::recipientId)
        .doesNotHaveDuplicates();
    fixture.awaitDone(partitionOf(SENDER));
    assertThat(fixture.returned(5_000)).hasSize(5_000);
    assertThat(fixture.sent).isEmpty();
  }

  @Test
  void everybodyIsSentToOrGivenBackWhenWorkersComeAndGoDuringAPause() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, 200, 0, 5_000));
    Worker first = fixture.start("w1", WorkerFixture::accepted);
    await().atMost(PATIENCE).until(() -> fixture.sent.size() > 100);
    fixture.pause(CAMPAIGN);
    fixture.returned(1);
    first.close();
    fixture.start("w2", WorkerFixture::accepted);
    fixture.awaitDone(partitionOf(SENDER));

    List<String> returned =
        fixture.returned(1).stream().map(r -> callback(CAMPAIGN, r.recipientId())).toList();

    assertThat(Stream.concat(fixture.sent.stream(), returned.stream()))
        .hasSize(5_000)
        .doesNotHaveDuplicates();
    assertThat(fixture.results(1)).hasSize(5_000 - returned.size());
  }

  @Test
  void whatADeadWorkerHadStartedIsInDoubtAndNeverGivenBack() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, 200, 0, 6));
    fixture.pause(CAMPAIGN);
    fixture.commit(partitionOf(SENDER), new OffsetAndMetadata(0, "v1 s1 d1 w1 s1"));
    fixture.start("w1", WorkerFixture::accepted);

    assertThat(fixture.returned(3))
        .extracting(ReturnedRequest::recipientId)
        .containsExactlyInAnyOrder(2L, 4L, 5L);
    assertThat(fixture.results(2))
        .extracting(SendResult::status)
        .containsOnly(RecipientStatus.UNCONFIRMED);
    assertThat(fixture.results(2))
        .extracting(SendResult::recipientId)
        .containsExactlyInAnyOrder(0L, 3L);
  }

  @Test
  void anAttemptThatFailsDuringAPauseIsGivenBackWithItsCount() {
    CountDownLatch paused = new CountDownLatch(1);
    fixture.write(requests(CAMPAIGN, SENDER, SLOW, 0, 50));
    fixture.start(
        "w1",
        message -> {
          await().atMost(PATIENCE).until(() -> paused.getCount() == 0);
          return new SendOutcome.TryAgain("131000", "?", Duration.ofSeconds(20));
        });
    await().atMost(PATIENCE).until(() -> !fixture.sent.isEmpty());
    fixture.pause(CAMPAIGN);
    fixture.returned(1);
    paused.countDown();

    List<ReturnedRequest> attempted =
        fixture.returned(50).stream().filter(r -> r.attempts() > 0).toList();
    assertThat(attempted).hasSize(fixture.sent.size());
    assertThat(attempted).allMatch(r -> r.attempts() == 1 && r.firstTriedAt() != null);
  }

  @Test
  void aCampaignThatTheProviderStopsIsGivenBackTogetherWithTheCommandToPauseIt() {
    fixture.write(requests(CAMPAIGN, SENDER, 50, 0, 100));
    fixture.start("w1", message -> new SendOutcome.CampaignStopped("132015", "paused"));

    List<ReturnedRequest> returned = fixture.returned(100);

    assertThat(returned)
        .hasSize(100)
        .extracting(ReturnedRequest::recipientId)
        .doesNotHaveDuplicates();
    assertThat(fixture.read(fixture.kafka.topics().campaignCommands(), 1))
        .extracting(record -> Json.read(record.value(), CampaignCommand.class).command())
        .containsExactly(CampaignCommand.Action.PAUSE);
    assertThat(fixture.results(0)).isEmpty();
  }

  @Test
  void aSenderThatPeopleMustUnblockIsGivenBack() {
    fixture.write(requests(CAMPAIGN, SENDER, 50, 0, 100));
    fixture.start("w1", message -> new SendOutcome.SenderBlocked("190", "token expired"));

    assertThat(fixture.returned(100))
        .extracting(ReturnedRequest::recipientId)
        .doesNotHaveDuplicates();
    assertThat(fixture.newestControl(Control.senderKey(SENDER)))
        .isEqualTo(new Control(Control.State.BLOCKED, "190: token expired"));
  }

  @Test
  void anOutageThatLastsGivesBackAndTheNeighbourGoesOn() throws Exception {
    fixture.providerAnswers = false;
    fixture.control(
        Control.senderKey(SENDER), Control.blockedUntilBack("whatsapp", "it seems to be down"));
    // More than may be held, and a few of another sender that may be held for a while.
    fixture.write(requests(CAMPAIGN, SENDER, SLOW, 0, 4_000));
    fixture.write(requests(OTHER_CAMPAIGN, NEIGHBOUR, 200, 4_000, 4_100));
    fixture.start("w1", WorkerFixture::accepted);

    assertThat(fixture.results(100)).hasSize(100);
    assertThat(fixture.health.problems())
        .containsEntry("provider of " + SENDER, "it seems to be down");
    assertThat(fixture.returned(4_000))
        .extracting(ReturnedRequest::campaignId)
        .containsOnly(CAMPAIGN);
    fixture.awaitDone(partitionOf(SENDER));
  }

  @Test
  void aBlockedSenderIsUnblockedAlthoughNothingOfItWaits() {
    fixture.control(Control.senderKey("idle"), Control.blockedUntilBack("whatsapp", "it was down"));
    fixture.control(
        Control.senderKey("old"), new Control(Control.State.BLOCKED, "as once", true, null));
    fixture.control(Control.senderKey("people"), new Control(Control.State.BLOCKED, "190"));
    fixture.start("w1", WorkerFixture::accepted);

    List<Control.State> states = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(() -> {
          states.clear();
          for (String sender : List.of("idle", "old", "people")) {
            Control newest = fixture.newestControl(Control.senderKey(sender));
            states.add(newest == null ? Control.State.PAUSED : newest.state());
          }
          return states.subList(0, 2).equals(List.of(Control.State.RUNNING, Control.State.RUNNING));
        });
    assertThat(states.getLast()).isEqualTo(Control.State.BLOCKED);
    await()
        .atMost(PATIENCE)
        .until(() ->
            fixture.health.problems().keySet().stream()
                .noneMatch(component -> component.startsWith("provider of")));
  }
}
