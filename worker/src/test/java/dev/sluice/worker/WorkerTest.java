package dev.sluice.worker;

import static dev.sluice.worker.WorkerFixture.CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.OTHER_CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.PATIENCE;
import static dev.sluice.worker.WorkerFixture.bytes;
import static dev.sluice.worker.WorkerFixture.callback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class WorkerTest {
  private static final int PARTITION = WorkerFixture.partitionOf("s");

  private final WorkerFixture fixture = new WorkerFixture();
  private final Queue<String> sent = fixture.sent;
  private final List<Worker> workers = new ArrayList<>();

  @AfterEach
  void stop() {
    workers.forEach(Worker::close);
  }

  @Test
  void sendsEachRequestOnceAndPublishesItsResult() throws Exception {
    fixture.write(requests(0, 300));
    start("w1", WorkerFixture::accepted);

    List<SendResult> results = fixture.results(300);

    assertThat(sent).hasSize(300).doesNotHaveDuplicates();
    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);
    assertThat(results).extracting(SendResult::recipientId).doesNotHaveDuplicates();
  }

  @Test
  void twoWorkersShareTheLanesAndStillSendOnce() throws Exception {
    fixture.write(requests(0, 200));
    start("w1", WorkerFixture::accepted);
    await().atMost(PATIENCE).until(() -> sent.size() > 20);
    start("w2", WorkerFixture::accepted);
    fixture.write(requests(200, 400));

    fixture.results(400);

    assertThat(sent).hasSize(400).doesNotHaveDuplicates();
    await().atMost(PATIENCE).until(() -> workers.stream().allMatch(w -> w.partitions() == 1));
  }

  @Test
  void takesOverWhatItsPredecessorLeft() throws Exception {
    fixture.write(requests(0, 6));
    // 0 is in doubt, 1 is done, 2 waits, 3 is in doubt, the rest waits.
    fixture.commit(PARTITION, new OffsetAndMetadata(0, "v1 s1 d1 w1 s1"));
    start("w1", WorkerFixture::accepted);

    List<SendResult> results = fixture.results(5);

    assertThat(results)
        .filteredOn(result -> result.status() == RecipientStatus.UNCONFIRMED)
        .extracting(SendResult::recipientId)
        .containsExactlyInAnyOrder(0L, 3L);
    assertThat(sent)
        .containsExactlyInAnyOrder(
            callback(CAMPAIGN, 2), callback(CAMPAIGN, 4), callback(CAMPAIGN, 5));
  }

  @Test
  void anUnreadableWindowStopsItsPartitionAlone() throws Exception {
    fixture.commit(PARTITION, new OffsetAndMetadata(0, "somebody else's bytes"));
    fixture.write(requests(0, 5));
    fixture.write(
        IntStream.range(100, 105)
            .mapToObj(id ->
                new SendRequest(
                    id,
                    CAMPAIGN,
                    1,
                    new SendRequest.Sender("s", "whatsapp", "1"),
                    1,
                    200,
                    "+5511960000000",
                    Json.MAPPER.createObjectNode(),
                    OnDoubt.HOLD,
                    0,
                    null))
            .toList());
    start("w1", WorkerFixture::accepted);

    List<SendResult> results = fixture.results(5);

    assertThat(results).allMatch(result -> result.recipientId() >= 100);
    assertThat(fixture.health.problems().keySet())
        .anyMatch(component -> component.startsWith("window "));
    assertThat(sent).hasSize(5);
  }

  @Test
  void whatCannotBeReadGoesToTheDeadLettersAndTheLaneGoesOn() throws Exception {
    String topic = fixture.kafka.topics().sendRequests();
    byte[] misplaced = Json.write(requests(9, 10).getFirst());
    fixture.writeRecords(
        List.of(
            new ProducerRecord<>(topic, PARTITION, bytes("s/0"), bytes("not json")),
            new ProducerRecord<>(topic, PARTITION, null, new byte[1000]),
            new ProducerRecord<>(topic, PARTITION, bytes("other/0"), misplaced),
            new ProducerRecord<>(topic, PARTITION, bytes("s/0"), null)));
    fixture.write(requests(0, 3));
    start("w1", WorkerFixture::accepted);

    fixture.results(3);

    assertThat(fixture.read(fixture.kafka.topics().deadLetters(), 4)).hasSize(4);
  }

  @Test
  void aFailureIsTriedAgainAndDoesNotHoldUpItsLane() throws Exception {
    fixture.write(requests(0, 20));
    Queue<String> failedOnce = new ConcurrentLinkedQueue<>();
    start(
        "w1",
        message -> {
          if (message.callbackData().equals(callback(CAMPAIGN, 0)) && failedOnce.isEmpty()) {
            failedOnce.add(message.callbackData());
            return new SendOutcome.TryAgain("131000", "?", Duration.ofSeconds(2));
          }
          return WorkerFixture.accepted(message);
        });

    List<SendResult> results = fixture.results(20);

    assertThat(results.getLast().recipientId()).isZero();
    assertThat(results.getLast().attempts()).isEqualTo(2);
    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);
  }

  @Test
  void aCancelledCampaignIsDroppedUnsent() throws Exception {
    fixture.control(Control.campaignKey(CAMPAIGN), new Control(Control.State.CANCELLED, "test"));
    fixture.write(requests(0, 10));
    fixture.write(WorkerFixture.requests(OTHER_CAMPAIGN, "s", 200, 500, 501));
    start("w1", WorkerFixture::accepted);

    fixture.results(1);

    assertThat(sent).hasSize(1);
    await().atMost(PATIENCE).until(() -> fixture.committed(PARTITION).offset() >= 11);
  }

  @Test
  void aPlannedStopLeavesNothingInDoubt() throws Exception {
    fixture.write(requests(0, 400));
    Worker first =
        start(
            "w1",
            message -> {
              pause(Duration.ofMillis(300));
              return WorkerFixture.accepted(message);
            });
    await().atMost(PATIENCE).until(() -> sent.size() > 50);
    first.close();
    start("w2", WorkerFixture::accepted);

    List<SendResult> results = fixture.results(400);

    assertThat(results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);
    assertThat(sent).hasSize(400).doesNotHaveDuplicates();
  }

  @Test
  void aSendThatOutlastsTheStopIsInDoubtForItsSuccessorAndSettledByItsLateOutcome()
      throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    fixture.write(requests(0, 1));
    Worker first =
        start(
            "w1",
            message -> {
              hold(release, PATIENCE);
              return WorkerFixture.accepted(message);
            });
    await().atMost(PATIENCE).until(() -> sent.size() == 1);
    start("w2", WorkerFixture::accepted);
    Thread stopping = Thread.ofVirtual().start(first::close);

    assertThat(fixture.results(1))
        .extracting(SendResult::status)
        .containsOnly(RecipientStatus.UNCONFIRMED);
    release.countDown();
    stopping.join();
    assertThat(fixture.results(2))
        .extracting(SendResult::status)
        .containsExactly(RecipientStatus.UNCONFIRMED, RecipientStatus.SENT);
    assertThat(sent).hasSize(1);
  }

  private Worker start(String instance, Function<OutgoingMessage, SendOutcome> provider) {
    MessageProvider standIn =
        new MessageProvider() {
          @Override
          public SendOutcome send(OutgoingMessage message, Permit permit) {
            permit.await();
            sent.add(message.callbackData());
            return provider.apply(message);
          }

          @Override
          public void close() {}
        };
    Worker worker =
        new Worker(
            WorkerConfig.of(fixture.kafka, instance),
            Map.of("whatsapp", standIn),
            fixture.health,
            new SimpleMeterRegistry());
    workers.add(worker);
    return worker;
  }

  private static List<SendRequest> requests(int from, int to) {
    return WorkerFixture.requests(CAMPAIGN, "s", 200, from, to);
  }

  /** Waits for the stand-in's latency; nothing releases it sooner. */
  private static void pause(Duration latency) {
    hold(new CountDownLatch(1), latency);
  }

  private static void hold(CountDownLatch release, Duration atMost) {
    try {
      boolean released = release.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(released || atMost.compareTo(PATIENCE) < 0).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
