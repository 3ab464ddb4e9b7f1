package dev.sluice.worker;

import static dev.sluice.worker.WorkerFixture.CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.NEIGHBOUR;
import static dev.sluice.worker.WorkerFixture.OTHER_CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.PARTITIONS;
import static dev.sluice.worker.WorkerFixture.SENDER;
import static dev.sluice.worker.WorkerFixture.partitionOf;
import static dev.sluice.worker.WorkerFixture.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.EmbeddedKafka;
import dev.sluice.local.FreePort;
import dev.sluice.local.HurriedTicker;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One worker on two brokers, of which the second is stopped: {@code returned-requests} has too few
 * replicas then, and {@code campaign-commands} no leader. An authorizer takes away the right to
 * write {@code dead-letters}. Everything else is on the first broker.
 */
@Timeout(180)
@Tag("weekly")
class UnwritableTopicsKafkaTest {
  private static final String ELSEWHERE =
      IntStream.range(0, 100)
          .mapToObj(number -> "elsewhere" + number)
          .filter(id -> partitionOf(id) != partitionOf(SENDER))
          .findFirst()
          .orElseThrow();

  private static final UUID STOPPED = new UUID(0, 3);
  private static final int HELD = 400;
  private static final int SENT = 600;
  private static final double RATE = 150;

  private final int port = FreePort.next();
  private final KafkaConfig kafka =
      new KafkaConfig("localhost:" + port, new Topics("t."), Map.of());
  private final TopicPartition returned = new TopicPartition(kafka.topics().returnedRequests(), 0);
  private final TopicPartition commands = new TopicPartition(kafka.topics().campaignCommands(), 0);
  private final HurriedTicker ticker = new HurriedTicker();

  @AfterEach
  void allowEverything() {
    RefusingAuthorizer.TOPICS.clear();
  }

  @Test
  void neighboursSendMeanwhileAndWhatWaitedIsWrittenOnceAfterwards(
      @TempDir Path one, @TempDir Path two) throws Exception {
    int otherPort = FreePort.next();
    try (EmbeddedKafka broker =
            new EmbeddedKafka(one, port, UnwritableTopicsKafkaTest::authorized);
        WorkerFixture worker = new WorkerFixture(kafka)) {
      Migration.createTopics(kafka, PARTITIONS, Optional.of((short) 1));
      start(worker);
      // Creates Kafka's own topics, on the only broker.
      worker.write(requests(OTHER_CAMPAIGN, NEIGHBOUR, RATE, 0, 1));
      worker.results(1);
      try (EmbeddedKafka _ = broker.startSecond(two, otherPort)) {
        useSecond();
        awaitInSync(2);
      }
      awaitInSync(1);
      RefusingAuthorizer.TOPICS.add(kafka.topics().deadLetters());

      worker.pause(CAMPAIGN);
      writeMixed(worker);
      assertThat(worker.results(2 * SENT + 1))
          .extracting(SendResult::campaignId)
          .containsOnly(OTHER_CAMPAIGN);
      assertThat(worker.health.problems())
          .containsOnlyKeys(
              "topic " + kafka.topics().returnedRequests(),
              "topic " + kafka.topics().campaignCommands(),
              "topic " + kafka.topics().deadLetters());

      try (EmbeddedKafka _ = broker.startSecond(two, otherPort)) {
        awaitInSync(2);
        RefusingAuthorizer.TOPICS.clear();
        ticker.hurry(Duration.ofMinutes(1));
        worker.awaitDone(partitionOf(SENDER));
        worker.awaitDone(partitionOf(ELSEWHERE));
        assertThat(worker.returned(HELD + 1))
            .extracting(request -> request.campaignId() + ":" + request.recipientId())
            .doesNotHaveDuplicates()
            .hasSize(HELD + 1);
        assertThat(worker.read(commands.topic(), 1)).hasSize(1);
        assertThat(worker.read(kafka.topics().deadLetters(), 1)).hasSize(1);
        assertThat(worker.results(2 * SENT + 1)).hasSize(2 * SENT + 1);
        assertThat(worker.sent)
            .filteredOn(callback -> !callback.startsWith(STOPPED.toString()))
            .doesNotHaveDuplicates()
            .hasSize(2 * SENT + 1);
        assertThat(worker.health.problems()).isEmpty();
      }
    }
  }

  private void start(WorkerFixture worker) {
    worker.start(
        "1",
        message ->
            message.callbackData().startsWith(STOPPED.toString())
                ? new SendOutcome.CampaignStopped("132015", "paused")
                : WorkerFixture.accepted(message),
        new Machine(ticker, Thread.Builder::start, new Random(1)));
  }

  private static Map<String, String> authorized(Map<String, String> settings) {
    Map<String, String> authorized = new HashMap<>(settings);
    authorized.put("authorizer.class.name", RefusingAuthorizer.class.getName());
    authorized.put("super.users", "User:ANONYMOUS");
    // The default, because the second broker starts again.
    authorized.put("broker.session.timeout.ms", "9000");
    return authorized;
  }

  /**
   * Keeps returned requests on both brokers, which each write needs, and commands on the second.
   */
  private void useSecond() throws Exception {
    try (Admin admin = admin()) {
      admin
          .alterPartitionReassignments(
              Map.of(
                  returned, Optional.of(new NewPartitionReassignment(List.of(1, 2))),
                  commands, Optional.of(new NewPartitionReassignment(List.of(2)))))
          .all()
          .get();
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, returned.topic()),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
      await()
          .atMost(WorkerFixture.PATIENCE)
          .until(() -> admin.listPartitionReassignments().reassignments().get().isEmpty());
    }
  }

  private Admin admin() {
    return Admin.create(kafka.client(Map.of()));
  }

  private void awaitInSync(int replicas) {
    try (Admin admin = admin()) {
      await()
          .atMost(WorkerFixture.PATIENCE)
          .until(() ->
              admin
                      .describeTopics(List.of(returned.topic()))
                      .allTopicNames()
                      .get()
                      .get(returned.topic())
                      .partitions()
                      .getFirst()
                      .isr()
                      .size()
                  == replicas);
    }
  }

  /**
   * Writes requests of a paused campaign among a neighbour's, one that is unreadable, and others.
   */
  private void writeMixed(WorkerFixture worker) {
    worker.writeRecords(
        List.of(
            new ProducerRecord<>(
                kafka.topics().sendRequests(),
                partitionOf(SENDER),
                WorkerFixture.bytes("nobody/0"),
                WorkerFixture.bytes("no JSON"))));
    List<SendRequest> mixed = new ArrayList<>();
    for (int i = 0; i < HELD; i++) {
      mixed.addAll(requests(CAMPAIGN, SENDER, RATE, i, i + 1));
      mixed.addAll(requests(OTHER_CAMPAIGN, NEIGHBOUR, RATE, i + 1, i + 2));
    }
    mixed.addAll(requests(OTHER_CAMPAIGN, NEIGHBOUR, RATE, HELD + 1, SENT + 1));
    mixed.addAll(requests(STOPPED, ELSEWHERE, RATE, 0, 1));
    mixed.addAll(requests(OTHER_CAMPAIGN, ELSEWHERE, RATE, SENT + 1, 2 * SENT + 1));
    worker.write(mixed);
  }
}
