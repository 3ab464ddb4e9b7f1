package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.ShortId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs {@code sluice campaign repair} against a real broker and a real database. */
class CampaignRepairTest {
  private static final Instant BEFORE = Instant.parse("2026-11-01T08:00:00Z");
  private static final Instant STARTED = Instant.parse("2026-11-01T09:00:00Z");

  private final TestEnvironment environment = TestEnvironment.create(1);
  private final Database database =
      new Database(environment.owner(), 1, "test", new SimpleMeterRegistry());
  private final UUID campaign = UUID.randomUUID();
  private final StringWriter out = new StringWriter();

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void tellsWhatCanBeKnownFromWhatCannotAndMakesOnlyTheLatterUnconfirmed() throws Exception {
    insert(6);
    pass(
        "{\"phase\":\"FEEDING\",\"state\":\"RUNNING\",\"senderId\":\"s\",\"cursor\":{\"createdAt\":\"2026-11-01T08:30:00Z\",\"id\":5}}");
    try (KafkaProducer<byte[], byte[]> records = producer()) {
      request(records, 1, STARTED);
      request(records, 2, STARTED);
      request(records, 3, STARTED);
      request(records, 4, STARTED);
      write(
          records,
          environment.kafka().topics().sendResults(),
          Json.write(result(2, RecipientStatus.SENT)));
      write(
          records,
          environment.kafka().topics().returnedRequests(),
          Json.write(new ReturnedRequest(3, campaign, 1, 0, null)));
    }
    // The first is still to be sent; the others are done.
    commit(new OffsetAndMetadata(0, "v1 w1 d3"));

    assertThat(run("campaign", "repair", campaign.toString())).isZero();
    assertThat(out.toString())
        .containsSubsequence(
            "1 are queued",
            "1 were given back",
            "1 are still to be queued",
            "1 have an outcome",
            "2 may have been sent to or not",
            "add --yes");
    assertThat(results()).hasSize(1);

    assertThat(run("campaign", "repair", "--yes", campaign.toString())).isZero();
    List<SendResult> written = results().subList(1, 4);
    assertThat(written)
        .extracting(SendResult::recipientId, SendResult::status)
        .containsExactlyInAnyOrder(
            tuple(2L, RecipientStatus.SENT),
            tuple(4L, RecipientStatus.UNCONFIRMED),
            tuple(5L, RecipientStatus.UNCONFIRMED));
  }

  @Test
  void aCampaignThatTheProducerHasForgottenGoesOnOnlyIfTheLogProvesThatNobodyWasQueued()
      throws Exception {
    insert(3);
    try (KafkaProducer<byte[], byte[]> records = producer()) {
      request(records, 99, BEFORE);
    }
    commit(new OffsetAndMetadata(1, "v1"));

    assertThat(run("campaign", "repair", "--yes", campaign.toString())).isZero();

    assertThat(out.toString()).contains("3 were never queued", "goes on");
    assertThat(read(environment.kafka().topics().campaignCommands()))
        .singleElement()
        .asString()
        .contains("\"command\":\"start\"", "\"repaired\":true", campaign.toString());
  }

  /** Nor because of what the producer cannot read either: a later version stored it. */
  @Test
  void withoutThatProofNobodyIsSentToAgain() throws Exception {
    insert(3);
    pass(
        "{\"phase\":\"A_LATER_ONE\",\"state\":\"RUNNING\",\"senderId\":\"s\",\"cursor\":{\"createdAt\":\"2026-11-01T08:00:00Z\",\"id\":5}}");
    try (KafkaProducer<byte[], byte[]> records = producer()) {
      request(records, 99, STARTED.plusSeconds(60));
    }
    commit(new OffsetAndMetadata(1, "v1"));

    assertThat(run("campaign", "repair", campaign.toString())).isZero();

    assertThat(out.toString()).contains("3 may have been sent to or not");
  }

  /** One of them may have been a request, so nothing is proven. */
  @Test
  void damagedRecordsCountAsLost() throws Exception {
    insert(3);
    try (KafkaProducer<byte[], byte[]> records = producer()) {
      request(records, 1, STARTED);
      request(records, 99, BEFORE);
    }
    commit(new OffsetAndMetadata(2, "v1"));
    KafkaConfig kafka = environment.kafka();
    KafkaConfig damaged =
        new KafkaConfig(
            kafka.bootstrapServers(),
            kafka.topics(),
            kafka.overrides(),
            new FirstDamaged(new TopicPartition(kafka.topics().sendRequests(), 0)));

    CampaignTraces traces = CampaignTraces.read(campaign, damaged);

    assertThat(traces.skipped()).isOne();
    CampaignRepair.Campaign row =
        CampaignRepair.find(database.sql(), ShortId.parse(campaign.toString()));
    assertThat(new CampaignRepair(database.sql(), row, traces).count())
        .isEqualTo(Map.of(CampaignRepair.Verdict.UNKNOWN, 3L));
  }

  @Test
  void aCampaignThatIsNotUnderWayNeedsNoRepair() {
    insert(1);
    database.sql().execute("UPDATE sluice.campaign SET status = 'COMPLETED'");

    assertThat(run("campaign", "repair", campaign.toString())).isZero();
    assertThat(out.toString()).contains("nothing to repair");
    assertThat(run("campaign", "repair", UUID.randomUUID().toString())).isEqualTo(2);
  }

  private void insert(int recipients) {
    database.sql().execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
    database
        .sql()
        .execute(
            """
            INSERT INTO sluice.campaign (id, name, sender_id, message, status, total, started_at)
            VALUES (?, 'c', 's', '{"type":"text"}', 'SENDING', ?, ?::timestamptz)
            """,
            campaign,
            recipients,
            STARTED.toString());
    database
        .sql()
        .execute(
            """
            INSERT INTO sluice.campaign_recipient (id, campaign_id, phone, created_at)
            SELECT n, ?, '+551196000000' || n, '2026-11-01T08:30:00Z' FROM generate_series(1, ?) n
            """,
            campaign,
            recipients);
  }

  private void request(KafkaProducer<byte[], byte[]> records, long recipient, Instant at)
      throws Exception {
    SendRequest request =
        new SendRequest(
            recipient,
            recipient == 99 ? UUID.randomUUID() : campaign,
            1,
            new SendRequest.Sender("s", "whatsapp", "1"),
            0,
            80,
            "+5511960000001",
            Json.MAPPER.createObjectNode(),
            OnDoubt.HOLD,
            0,
            null);
    records
        .send(
            new ProducerRecord<>(
                environment.kafka().topics().sendRequests(),
                0,
                at.toEpochMilli(),
                "s/0".getBytes(StandardCharsets.UTF_8),
                Json.write(request)))
        .get();
  }

  private SendResult result(long recipient, RecipientStatus status) {
    return SendResult.of(recipient, campaign, 1, status, STARTED).attempts(1).build();
  }

  private void pass(String json) throws Exception {
    String topic = environment.kafka().topics().producerGroup() + "-fan-outs-changelog";
    try (Admin admin = Admin.create(environment.kafka().client(Map.of()));
        KafkaProducer<byte[], byte[]> records = producer()) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get();
      write(records, topic, json.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void write(KafkaProducer<byte[], byte[]> records, String topic, byte[] value)
      throws Exception {
    records
        .send(
            new ProducerRecord<>(
                topic, campaign.toString().getBytes(StandardCharsets.UTF_8), value))
        .get();
  }

  private void commit(OffsetAndMetadata place) throws Exception {
    try (Admin admin = Admin.create(environment.kafka().client(Map.of()))) {
      admin
          .alterConsumerGroupOffsets(
              environment.kafka().topics().workerGroup(),
              Map.of(new TopicPartition(environment.kafka().topics().sendRequests(), 0), place))
          .all()
          .get();
    }
  }

  private List<SendResult> results() {
    return read(environment.kafka().topics().sendResults()).stream()
        .map(json -> Json.read(json.getBytes(StandardCharsets.UTF_8), SendResult.class))
        .toList();
  }

  private List<String> read(String topic) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            environment.kafka().client(Map.of()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
      }
    }
    return values;
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        environment.kafka().client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--kafka", environment.kafka().bootstrapServers(),
            "--topic-prefix", environment.kafka().topics().prefix(),
            "--database", url(),
            "--database-user", environment.database().user()));
    return Sluice.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(out))
        .execute(all.toArray(String[]::new));
  }

  /** Returns the URL with the password, which the command otherwise takes from the environment. */
  private String url() {
    String password = environment.database().password();
    return environment.database().url() + (password == null ? "" : "?password=" + password);
  }

  /** Consumers that say of a partition's first record what they say of a damaged one. */
  private record FirstDamaged(TopicPartition partition) implements KafkaClients {
    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
      return new KafkaConsumer<>(
          settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration atMost) {
          if (assignment().contains(partition) && position(partition) == 0) {
            throw new KafkaException(
                "Received exception when fetching the next record from " + partition + ".");
          }
          return super.poll(atMost);
        }
      };
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
      return REAL.producer(settings);
    }

    @Override
    public StablePlaces places(KafkaConfig kafka) {
      return REAL.places(kafka);
    }
  }
}
