package dev.sluice.worker;

import static dev.sluice.worker.WorkerFixture.CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.PATIENCE;
import static dev.sluice.worker.WorkerFixture.SENDER;
import static dev.sluice.worker.WorkerFixture.partitionOf;
import static dev.sluice.worker.WorkerFixture.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** If it is unknown what was sent from a partition, nothing more is; the others go on. */
@Execution(ExecutionMode.CONCURRENT)
class ClosedPartitionTest {
  /** A sender whose first lane is in the other partition. */
  private static final String ELSEWHERE =
      IntStream.range(0, 100)
          .mapToObj(number -> "elsewhere" + number)
          .filter(id -> new LaneKey(id, 0).partition(2) != partitionOf(SENDER))
          .findFirst()
          .orElseThrow();

  private final WorkerFixture fixture = new WorkerFixture();
  private final int partition = partitionOf(SENDER);

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void lostOffsetsSendNothingAgain() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, 400, 0, 300));
    Worker first = fixture.start("w1", WorkerFixture::accepted);
    fixture.results(300);
    fixture.awaitDone(partition);
    first.close();
    String group = fixture.kafka.topics().workerGroup();
    try (Admin admin = fixture.admin()) {
      // The broker notices that the worker has left a moment later.
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> {
            admin.deleteConsumerGroups(List.of(group)).all().get();
            return true;
          });
    }

    fixture.start("w2", WorkerFixture::accepted);
    awaitClosed("no offset is committed");

    assertThat(fixture.sent).hasSize(300);
  }

  @Test
  void aWorkerOpensARepairedPartitionByItselfAndWhatWasInTheLogIsInDoubt() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, 400, 0, 20));
    fixture.commit(partition, new OffsetAndMetadata(0, "somebody else's bytes"));
    fixture.start("w1", WorkerFixture::accepted);
    awaitClosed("somebody else's bytes");

    // As sluice window reset does, while the worker runs.
    new Places(fixture.kafka).commit(Map.of(partition, new OffsetAndMetadata(0, "v1 s20")));

    assertThat(fixture.results(20))
        .extracting(SendResult::status)
        .containsOnly(RecipientStatus.UNCONFIRMED);
    fixture.write(requests(CAMPAIGN, SENDER, 400, 20, 25));
    assertThat(fixture.results(25))
        .filteredOn(result -> result.status() == RecipientStatus.SENT)
        .hasSize(5);
    assertThat(fixture.sent).hasSize(5);
    assertThat(fixture.health.problems()).isEmpty();
  }

  @Test
  void anOffsetBeyondTheLogsEndClosesItsPartitionAlone() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, 400, 0, 20));
    fixture.commit(partition, new OffsetAndMetadata(300, "v1"));

    startsAndSendsOnlyElsewhere();
    awaitClosed("outside the log");
  }

  @Test
  void aWindowBeyondTheLogsEndClosesItsPartitionAlone() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, 400, 0, 20));
    fixture.commit(partition, new OffsetAndMetadata(10, "v1 s5 d10"));

    startsAndSendsOnlyElsewhere();
    awaitClosed("outside the log");
  }

  @Test
  void aTransactionThatDoesNotEndKeepsItsPartitionAloneClosed() {
    fixture.write(requests(CAMPAIGN, SENDER, 400, 0, 20));
    try (Producer<byte[], byte[]> hung = hungCommit()) {
      startsAndSendsOnlyElsewhere();

      hung.abortTransaction();
      assertThat(fixture.results(25)).hasSize(25);
      assertThat(fixture.sent).hasSize(25);
    }
  }

  private Producer<byte[], byte[]> hungCommit() {
    KafkaConfig kafka = fixture.kafka;
    Producer<byte[], byte[]> producer =
        kafka.producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "a dead worker's"));
    producer.initTransactions();
    producer.beginTransaction();
    try (Consumer<byte[], byte[]> nobody =
        kafka.consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, kafka.topics().workerGroup()))) {
      producer.sendOffsetsToTransaction(
          Map.of(fixture.partition(partition), new OffsetAndMetadata(20, "v1")),
          nobody.groupMetadata());
    }
    return producer;
  }

  @Test
  void anOffsetBelowTheLogsStartClosesItsPartitionAlone() throws Exception {
    fixture.write(requests(CAMPAIGN, SENDER, 400, 0, 20));
    try (Admin admin = fixture.admin()) {
      admin
          .deleteRecords(Map.of(fixture.partition(partition), RecordsToDelete.beforeOffset(10)))
          .all()
          .get();
    }

    startsAndSendsOnlyElsewhere();
    awaitClosed("outside the log");
  }

  @Test
  void aPlaceTellsFromWhereOnEverythingIsInDoubt() {
    assertThat(new Place(null, 3, 9).firstInDoubt()).isEqualTo(3);
    assertThat(new Place(new OffsetAndMetadata(5, "?"), 3, 9).firstInDoubt()).isEqualTo(5);
    assertThat(new Place(new OffsetAndMetadata(1, "v1"), 3, 9).firstInDoubt()).isEqualTo(3);
    assertThat(new Place(new OffsetAndMetadata(50, "v1"), 3, 9).firstInDoubt()).isEqualTo(3);
    assertThat(new Place(new OffsetAndMetadata(9, "v1"), 3, 9).closed()).isFalse();
    assertThat(new Place(new OffsetAndMetadata(9, "v1 s1"), 3, 9).closed()).isTrue();
  }

  private void startsAndSendsOnlyElsewhere() {
    fixture.write(requests(new UUID(0, 3), ELSEWHERE, 400, 100, 105));
    fixture.start("w1", WorkerFixture::accepted);

    assertThat(fixture.results(5)).allMatch(result -> result.recipientId() >= 100);
    assertThat(fixture.sent).hasSize(5);
  }

  private void awaitClosed(String reason) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> fixture.health.problems().get("window " + fixture.partition(partition)),
            problem -> problem != null && problem.contains(reason));
  }
}
