package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
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

  private final KafkaConfig kafka;
  private final List<ConsumerRecord<String, String>> records = new ArrayList<>();

  private ReadTopics(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  static ReadTopics of(KafkaConfig kafka) throws Exception {
    ReadTopics topics = new ReadTopics(kafka);
    topics.read();
    return topics;
  }

  private void read() throws Exception {
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
        consumer.poll(WAIT).forEach(records::add);
      }
    }
  }

  /** Returns the types of all records. */
  List<String> types() {
    return records.stream().map(record -> header(record, "type")).distinct().toList();
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

  private void readable(ConsumerRecord<String, String> record) {
    assertThat(header(record, "type"))
        .isEqualTo(Objects.requireNonNull(EventType.of(record.topic(), kafka.topics())).text());
    assertThat(record.key()).matches("[!-~]+");
    if (record.value() == null) {
      // A control that no longer applies.
      assertThat(record.topic()).isEqualTo(kafka.topics().controls());
      return;
    }
    JsonNode value = Json.read(record.value().getBytes(StandardCharsets.UTF_8), JsonNode.class);
    assertThat(value.isObject()).isTrue();
    String campaign = campaign(record, value);
    if (campaign != null && !value.path("test").asBoolean()) {
      assertThat(header(record, "campaign")).isEqualTo(campaign);
    }
    if (record.headers().lastHeader("traceparent") != null) {
      assertThat(header(record, "traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]");
    }
  }

  private @Nullable String campaign(ConsumerRecord<String, String> record, JsonNode value) {
    if (record.topic().equals(kafka.topics().controls())) {
      return record.key().startsWith("campaign/")
          ? UUID.fromString(record.key().substring("campaign/".length())).toString()
          : null;
    }
    return value.path("campaignId").asString(null);
  }

  private static @Nullable String header(ConsumerRecord<String, String> record, String name) {
    var header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Returns the records of a topic. */
  List<ConsumerRecord<String, String>> of(String topic) {
    return records.stream().filter(record -> record.topic().equals(topic)).toList();
  }

  /** Returns the values of a topic's records without this header. */
  List<String> without(String name, String topic) {
    return of(topic).stream()
        .filter(record -> header(record, name) == null)
        .map(ConsumerRecord::value)
        .toList();
  }
}
