package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** All records of a run: topics and groups as the brokers list them, keys and values as text. */
final class ReadTopics {
  private static final Duration WAIT = Duration.ofMillis(500);

  private final Topics names;
  private final List<TextRecord> records;

  private ReadTopics(Topics names, List<TextRecord> records) {
    this.names = names;
    this.records = records;
  }

  /** Reads them with Kafka's own client. */
  static ReadTopics of(KafkaConfig kafka) throws Exception {
    List<TextRecord> records = new ArrayList<>();
    try (Admin admin = Admin.create(kafka.client(Map.of()));
        KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(
                kafka.client(Map.of("isolation.level", "read_committed")),
                new StringDeserializer(),
                new StringDeserializer())) {
      List<TopicPartition> partitions =
          admin.listTopics().names().get().stream()
              .filter(topic -> EventType.of(topic, kafka.topics()) != null)
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(WAIT).forEach(record -> records.add(text(record)));
      }
    }
    return new ReadTopics(kafka.topics(), records);
  }

  private static TextRecord text(ConsumerRecord<String, String> record) {
    Map<String, String> headers = new HashMap<>();
    record
        .headers()
        .forEach(one -> headers.put(one.key(), new String(one.value(), StandardCharsets.UTF_8)));
    return new TextRecord(record.topic(), record.key(), record.value(), headers);
  }

  /** Reads them with Kafka's own client and, where it is installed, with kcat. */
  static List<ReadTopics> byEachClient(KafkaConfig kafka) throws Exception {
    ReadTopics own = of(kafka);
    return Kcat.isThere() ? List.of(own, byKcat(kafka)) : List.of(own);
  }

  private static ReadTopics byKcat(KafkaConfig kafka) throws IOException, InterruptedException {
    Kcat kcat = new Kcat(kafka);
    List<TextRecord> records = new ArrayList<>();
    for (String topic : kcat.topics()) {
      if (EventType.of(topic, kafka.topics()) != null) {
        records.addAll(kcat.records(topic));
      }
    }
    return new ReadTopics(kafka.topics(), records);
  }

  /** Returns the types of all records. */
  List<String> types() {
    return records.stream().map(record -> record.headers().get("type")).distinct().toList();
  }

  /** Returns the groups that the brokers know. */
  static List<String> groups(KafkaConfig kafka) throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      return admin.listGroups().all().get().stream().map(group -> group.groupId()).toList();
    }
  }

  /**
   * Fails unless each record can be read by people.
   *
   * @param foreign the value of records that others have written
   */
  void requireReadable(String foreign) {
    assertThat(records)
        .filteredOn(record -> !foreign.equals(record.value()))
        .allSatisfy(record -> readable(record));
  }

  private void readable(TextRecord record) {
    assertThat(record.headers())
        .containsEntry("type", Objects.requireNonNull(EventType.of(record.topic(), names)).text());
    assertThat(record.key()).matches("[!-~]+");
    if (record.value() == null) {
      // A control that no longer applies.
      assertThat(record.topic()).isEqualTo(names.controls());
      return;
    }
    JsonNode value = Json.read(record.value().getBytes(StandardCharsets.UTF_8), JsonNode.class);
    assertThat(value.isObject()).isTrue();
    String campaign = campaign(record, value);
    if (campaign != null && !value.path("test").asBoolean()) {
      assertThat(record.headers()).containsEntry("campaign", campaign);
    }
    if (record.headers().containsKey("traceparent")) {
      assertThat(record.headers().get("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]");
    }
  }

  private @Nullable String campaign(TextRecord record, JsonNode value) {
    if (record.topic().equals(names.controls())) {
      String key = Objects.requireNonNull(record.key());
      return key.startsWith("campaign/")
          ? UUID.fromString(key.substring("campaign/".length())).toString()
          : null;
    }
    return value.path("campaignId").asString(null);
  }

  /** Returns the records of a topic. */
  List<TextRecord> of(String topic) {
    return records.stream().filter(record -> record.topic().equals(topic)).toList();
  }

  /** Returns the values of a topic's records without this header. */
  List<String> without(String name, String topic) {
    return of(topic).stream()
        .filter(record -> !record.headers().containsKey(name))
        .map(TextRecord::value)
        .toList();
  }
}
