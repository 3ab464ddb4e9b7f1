package dev.sluice.runtime.kafka;

import dev.sluice.schema.LaneKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Detects requests still under way in partitions to which their lanes no longer belong because
 * partitions have been added.
 */
public final class LaneMoves {
  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConfig kafka;

  public LaneMoves(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  /**
   * Reads all requests that may be under way and returns whether any is in another partition than
   * its lane's.
   */
  public boolean any(SortedMap<Integer, Place> places) {
    SortedMap<Integer, Place> waiting = new TreeMap<>(places);
    waiting.values().removeIf(place -> place.committed() == null || place.drained());
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(
            kafka.client(
                Map.of(
                    // If the log was truncated, start at its first remaining record.
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                    "earliest",
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    "read_uncommitted")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      for (Map.Entry<Integer, Place> entry : waiting.entrySet()) {
        if (moves(reader, entry.getKey(), entry.getValue(), places.size())) {
          return true;
        }
      }
      return false;
    }
  }

  private boolean moves(
      KafkaConsumer<byte[], byte[]> reader, int number, Place place, int partitions) {
    TopicPartition partition = new TopicPartition(kafka.topics().sendRequests(), number);
    reader.assign(List.of(partition));
    reader.seek(partition, place.firstInDoubt());
    while (reader.position(partition) < place.end()) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
        if (record.key() != null && belongsElsewhere(record.key(), number, partitions)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean belongsElsewhere(byte[] key, int partition, int partitions) {
    try {
      LaneKey lane = LaneKey.parse(new String(key, StandardCharsets.UTF_8));
      return lane.partition(partitions) != partition;
    } catch (IllegalArgumentException e) {
      // Not a lane key; the workers write the record to the dead letters.
      return false;
    }
  }
}
