package dev.sluice.producer;

import dev.sluice.schema.KafkaConfig;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of {@code send-requests}, whoever wrote them, and so knows whose work is queued. A
 * partition's lag says how much waits in it, but not for whom: a lane that is slow, or whose
 * campaign has ended, would look like everybody's full queue.
 */
final class RequestLog implements AutoCloseable {
  private final Consumer<byte[], Void> consumer;
  private Map<TopicPartition, QueuedRequests> partitions = Map.of();

  RequestLog(KafkaConfig kafka) {
    consumer =
        new KafkaConsumer<>(
            kafka.client(
                Map.of(
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                    ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100",
                    ConsumerConfig.FETCH_MIN_BYTES_CONFIG, "500000",
                    ConsumerConfig.FETCH_MAX_BYTES_CONFIG, "8000000",
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "10000")),
            new ByteArrayDeserializer(),
            new Unread());
  }

  /** What is asked for is not wanted here; it is not even copied. */
  private static final class Unread implements Deserializer<Void> {
    @Override
    public @Nullable Void deserialize(String topic, byte[] data) {
      return null;
    }

    @Override
    public @Nullable Void deserialize(String topic, Headers headers, ByteBuffer data) {
      return null;
    }
  }

  /** Reads on for so long. */
  void follow(Duration time) throws InterruptedException {
    if (partitions.isEmpty()) {
      return;
    }
    long until = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
      consumer.poll(Duration.ofNanos(left)).forEach(this::take);
    }
  }

  private void take(ConsumerRecord<byte[], Void> record) {
    try {
      LaneKey lane = LaneKey.parse(new String(record.key(), StandardCharsets.UTF_8));
      partitions
          .get(new TopicPartition(record.topic(), record.partition()))
          .add(record.offset(), lane);
    } catch (IllegalArgumentException | NullPointerException e) {
      // Nobody's: workers send it to the dead letters.
    }
  }

  /**
   * What waits, as far as it was read.
   *
   * @param committed the workers' places in all partitions of the topic
   * @param ends the partitions' ends
   */
  Backlog.Reading reading(
      long takenAtNanos,
      Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, Long> ends) {
    assign(committed);
    Map<LaneKey, Long> waiting = new HashMap<>();
    Map<Integer, Long> unread = new HashMap<>();
    partitions.forEach((partition, queued) -> {
      OffsetAndMetadata place = committed.get(partition);
      queued.countInto(waiting, place.offset(), window(place));
      long end = ends.get(partition);
      long position = Math.max(consumer.position(partition), place.offset());
      // A place beyond the log's end closes the partition to workers: nobody has room in it.
      unread.put(partition.partition(), position > end ? Integer.MAX_VALUE : end - position);
    });
    return new Backlog.Reading(takenAtNanos, waiting, unread);
  }

  /** What the workers have done needs no reading. */
  private void assign(Map<TopicPartition, OffsetAndMetadata> committed) {
    if (partitions.keySet().equals(committed.keySet())) {
      return;
    }
    partitions =
        committed.keySet().stream()
            .collect(Collectors.toMap(Function.identity(), one -> new QueuedRequests()));
    consumer.assign(partitions.keySet());
    committed.forEach((partition, place) -> consumer.seek(partition, place.offset()));
  }

  private static List<WindowCodec.Run> window(OffsetAndMetadata place) {
    try {
      return WindowCodec.decode(place.metadata());
    } catch (UnreadableWindowException e) {
      // The worker reports it; here all of it waits.
      return List.of();
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
