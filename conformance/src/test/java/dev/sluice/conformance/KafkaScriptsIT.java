package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.EmbeddedKafka;
import dev.sluice.local.FreePort;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Types what the documents have operators type into Kafka's own scripts, to a real broker. */
@Tag("weekly")
class KafkaScriptsIT {
  /** What the scripts run. */
  private static final Map<String, String> PROGRAMS =
      Map.of(
          "kafka-configs.sh", "ConfigCommand",
          "kafka-consumer-groups.sh", "consumer.group.ConsumerGroupCommand",
          "kafka-delete-records.sh", "DeleteRecordsCommand",
          "kafka-dump-log.sh", "DumpLogSegments",
          "kafka-features.sh", "FeatureCommand",
          "kafka-topics.sh", "TopicCommand",
          "kafka-transactions.sh", "TransactionsCommand");

  /** The length of a record that is packed into a few kilobytes. */
  private static final int UNPACKED = 16_000_000;

  @TempDir private Path folder;

  private final KafkaConfig kafka = TestEnvironment.topics(2);
  private final Set<String> typed = new TreeSet<>();

  @Test
  void eachDoesWhatTheDocumentsSay() throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      retention(admin);
      compression(admin);
      partitions(admin);
      resetToAMoment(admin);
      damagedControl(admin);
      hangingTransaction(admin);
      features();
    }
    packedRecord();
    assertThat(typed)
        .containsExactlyInAnyOrderElementsOf(
            DocumentedCommands.ofOtherPrograms()
                .filter(command -> command.startsWith("kafka-"))
                .toList());
  }

  private void retention(Admin admin) throws Exception {
    type("kafka-configs.sh --alter --topic sluice.replies --add-config retention.ms=1209600000");
    assertThat(setting(admin, kafka.topics().replies(), "retention.ms")).isEqualTo("1209600000");
  }

  private void compression(Admin admin) throws Exception {
    type(
        "kafka-configs.sh --alter --topic TOPIC --add-config compression.type=uncompressed",
        "TOPIC",
        kafka.topics().campaignEvents());
    assertThat(setting(admin, kafka.topics().campaignEvents(), "compression.type"))
        .isEqualTo("uncompressed");
  }

  private void partitions(Admin admin) throws Exception {
    type("kafka-topics.sh --alter --topic sluice.send-requests --partitions N", "N", "3");
    String topic = kafka.topics().sendRequests();
    assertThat(admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic).partitions())
        .hasSize(3);
  }

  /** PostgreSQL was restored to a moment; results written after it are to be written again. */
  private void resetToAMoment(Admin admin) throws Exception {
    TopicPartition results = new TopicPartition(kafka.topics().sendResults(), 0);
    String group = kafka.topics().statusAggregatorGroup();
    Instant moment =
        Instant.now().minusSeconds(3_600).truncatedTo(ChronoUnit.SECONDS).plusMillis(500);
    write(results, moment.minusSeconds(1), moment.plusSeconds(1), moment.plusSeconds(2));
    admin.alterConsumerGroupOffsets(group, Map.of(results, new OffsetAndMetadata(3))).all().get();

    type(
        "kafka-consumer-groups.sh --group sluice.status-aggregator --topic sluice.send-results"
            + " --reset-offsets --to-datetime YYYY-MM-DDThh:mm:ss.sssZ --execute",
        "YYYY-MM-DDThh:mm:ss.sssZ",
        moment.toString());
    assertThat(
            admin
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(results)
                .offset())
        .isEqualTo(1);
  }

  private void damagedControl(Admin admin) throws Exception {
    TopicPartition controls = new TopicPartition(kafka.topics().controls(), 0);
    write(controls, Instant.now(), Instant.now(), Instant.now());
    type(
        "kafka-configs.sh --alter --topic sluice.controls"
            + " --add-config cleanup.policy=[compact,delete]");
    Path offsets = folder.resolve("offsets.json");
    Files.writeString(
        offsets,
        DocumentedCommands.spans()
            .filter(span -> span.startsWith("{\"partitions\""))
            .findFirst()
            .orElseThrow()
            .replace("sluice.", kafka.topics().prefix())
            .replace(": 18}", ": 2}"));
    type(
        "kafka-delete-records.sh --offset-json-file offsets.json",
        "offsets.json",
        offsets.toString());
    type("kafka-configs.sh --alter --topic sluice.controls --add-config cleanup.policy=compact");
    assertThat(
            admin
                .listOffsets(Map.of(controls, OffsetSpec.earliest()))
                .partitionResult(controls)
                .get()
                .offset())
        .isEqualTo(2);
    assertThat(setting(admin, controls.topic(), "cleanup.policy")).isEqualTo("compact");
  }

  /** An open one cannot be told from one that hangs, before its timeout. */
  private void hangingTransaction(Admin admin) throws Exception {
    TopicPartition requests = new TopicPartition(kafka.topics().sendRequests(), 1);
    assertThat(type("kafka-transactions.sh find-hanging --broker-id ID", "ID", "1"))
        .contains("ProducerId");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            kafka.client(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "hangs")),
            new StringSerializer(),
            new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(requests.topic(), 1, "x", "x")).get();
      assertThat(open(admin, requests)).isTrue();

      type(
          "kafka-transactions.sh abort --topic sluice.send-requests --partition N --start-offset"
              + " OFFSET",
          "N",
          "1",
          "OFFSET",
          "0");
      assertThat(open(admin, requests)).isFalse();
    }
  }

  private static boolean open(Admin admin, TopicPartition partition) throws Exception {
    return admin
        .describeProducers(Set.of(partition))
        .partitionResult(partition)
        .get()
        .activeProducers()
        .stream()
        .anyMatch(producer -> producer.currentTransactionStartOffset().isPresent());
  }

  /** The broker has version 4.0 behind it. */
  private void features() throws Exception {
    type(
        "kafka-features.sh upgrade --release-version 4.0",
        "4.0",
        MetadataVersion.latestProduction().version());
  }

  /** The file is read where it is, so the broker must not be one in a container. */
  private void packedRecord() throws Exception {
    Path data = folder.resolve("broker");
    String topic = "sluice.send-requests";
    try (EmbeddedKafka broker = new EmbeddedKafka(data, FreePort.next())) {
      KafkaConfig own = KafkaConfig.of(broker.bootstrapServers());
      try (Admin admin = Admin.create(own.client(Map.of()))) {
        admin.createTopics(Set.of(new NewTopic(topic, 1, (short) 1))).all().get();
      }
      write(own, topic, Map.of(), "x");
      write(
          own,
          topic,
          Map.of(
              ProducerConfig.COMPRESSION_TYPE_CONFIG,
              "zstd",
              ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
              2 * UNPACKED),
          "x".repeat(UNPACKED));
      write(own, topic, Map.of(), "x");
    }

    Path log = data.resolve(topic + "-0").resolve("00000000000000000000.log");
    assertThat(Files.size(log)).isLessThan(UNPACKED / 100);
    assertThat(type("kafka-dump-log.sh --files LOG", "LOG", log.toString()).lines())
        .filteredOn(line -> line.startsWith("baseOffset: "))
        .satisfiesExactly(
            line -> assertThat(line).contains("compresscodec: none"),
            line -> assertThat(line).contains("lastOffset: 1 ", "compresscodec: zstd"),
            line -> assertThat(line).contains("compresscodec: none"));
  }

  private static void write(
      KafkaConfig kafka, String topic, Map<String, Object> settings, String value)
      throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            kafka.client(settings), new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, value)).get();
    }
  }

  private void write(TopicPartition partition, Instant... times) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            kafka.client(Map.of()), new StringSerializer(), new StringSerializer())) {
      for (Instant time : times) {
        producer
            .send(
                new ProducerRecord<>(
                    partition.topic(), partition.partition(), time.toEpochMilli(), "x", "x"))
            .get();
      }
    }
  }

  private static String setting(Admin admin, String topic, String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin.describeConfigs(Set.of(resource)).all().get().get(resource).get(name).value();
  }

  /**
   * Types a documented command, with the names and values of this test.
   *
   * @param values what stands for a value in it, each with the value
   * @return what it printed
   */
  private String type(String documented, String... values) throws Exception {
    typed.add(documented);
    List<String> words = new ArrayList<>();
    for (String word : List.of(documented.split(" "))) {
      String value = word.replaceFirst("^sluice[.]", kafka.topics().prefix());
      for (int i = 0; i < values.length; i += 2) {
        value = value.equals(values[i]) ? values[i + 1] : value;
      }
      words.add(value);
    }
    String program = PROGRAMS.get(words.removeFirst());
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.kafka.tools." + program));
    if (!program.equals("DumpLogSegments")) {
      command.addAll(List.of("--bootstrap-server", kafka.bootstrapServers()));
    }
    command.addAll(words);
    try (Program running = new Program(folder, Map.of(), command.toArray(String[]::new))) {
      running.awaitSuccess();
      return String.join("\n", running.lines());
    }
  }
}
