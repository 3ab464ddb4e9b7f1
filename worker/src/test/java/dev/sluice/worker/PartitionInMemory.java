package dev.sluice.worker;

import dev.sluice.runtime.Machine;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import dev.sluice.schema.WindowCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;

/** The only partition of {@code send-requests}, and everything that workers have committed. */
final class PartitionInMemory {
  static final Topics TOPICS = new Topics("");
  static final TopicPartition PARTITION = new TopicPartition(TOPICS.sendRequests(), 0);

  /** What was written to {@code send-requests}, by the test and by workers. */
  final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();

  final List<SendResult> results = new ArrayList<>();
  final List<ReturnedRequest> returned = new ArrayList<>();
  final List<CampaignCommand> commands = new ArrayList<>();
  final Map<String, Control> controls = new LinkedHashMap<>();

  /** The reasons of the dead letters. */
  final List<String> deadLetters = new ArrayList<>();

  private final FakeTime time;
  private OffsetAndMetadata committed = new OffsetAndMetadata(0, "v1");

  PartitionInMemory(FakeTime time) {
    this.time = time;
  }

  /** Returns what a worker knows of it before it has read anything. */
  static PartitionState unread() {
    return new PartitionState(
        PARTITION, new OffsetWindow(0, List.of()), new OffsetAndMetadata(0, "v1"), Machine.REAL);
  }

  /** Writes a request that is this old. */
  void write(SendRequest request, Duration age) {
    append(
        request.laneKey().toString().getBytes(StandardCharsets.UTF_8),
        Json.write(request),
        time.now().minus(age).toEpochMilli());
  }

  /** Writes a record as it is. */
  void write(String key, String value) {
    append(
        key.getBytes(StandardCharsets.UTF_8),
        value.getBytes(StandardCharsets.UTF_8),
        time.now().toEpochMilli());
  }

  private void append(byte[] key, byte[] value, long timestamp) {
    log.add(
        new ConsumerRecord<>(
            PARTITION.topic(),
            PARTITION.partition(),
            log.size(),
            timestamp,
            TimestampType.CREATE_TIME,
            key.length,
            value.length,
            key,
            value,
            new ProducerRecord<>(PARTITION.topic(), value).headers(),
            Optional.empty()));
  }

  OffsetAndMetadata committed() {
    return committed;
  }

  /** Sets the window that the last owner has left; call it before the first read. */
  void leave(String window) {
    committed = new OffsetAndMetadata(0, window);
  }

  /** Commits a transaction. */
  void commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    committed = offsets.getOrDefault(PARTITION, committed);
    if (committed.metadata().length() > WindowCodec.MAX_LENGTH) {
      throw new AssertionError("a broker refuses such metadata: " + committed.metadata());
    }
    for (ProducerRecord<byte[], byte[]> record : records) {
      String topic = record.topic();
      if (topic.equals(TOPICS.sendResults())) {
        results.add(Json.read(record.value(), SendResult.class));
      } else if (topic.equals(TOPICS.returnedRequests())) {
        returned.add(Json.read(record.value(), ReturnedRequest.class));
      } else if (topic.equals(TOPICS.campaignCommands())) {
        commands.add(Json.read(record.value(), CampaignCommand.class));
      } else if (topic.equals(TOPICS.controls())) {
        controls.put(
            new String(record.key(), StandardCharsets.UTF_8),
            Json.read(record.value(), Control.class));
      } else if (topic.equals(TOPICS.deadLetters())) {
        byte[] reason = record.headers().lastHeader("reason").value();
        deadLetters.add(new String(reason, StandardCharsets.UTF_8));
      } else if (topic.equals(TOPICS.sendRequests())) {
        long now = time.now().toEpochMilli();
        long timestamp = record.timestamp() == null ? now : record.timestamp();
        if (timestamp - now > 3_600_000) {
          throw new AssertionError("a broker refuses records of the future: " + timestamp);
        }
        append(record.key(), record.value(), timestamp);
      }
    }
  }
}
