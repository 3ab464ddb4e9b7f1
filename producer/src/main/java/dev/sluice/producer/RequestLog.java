package dev.sluice.producer;

import dev.sluice.schema.KafkaConfig;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the keys of {@code send-requests}, whoever wrote them, and so knows whose work is queued. A
 * partition's lag says how much waits in it, but not for whom: a lane that is slow, or whose
 * campaign has ended, would look like everybody's full queue.
 */
final class RequestLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);

  /** How long is spent on reading what was written lately; the rest is anybody's until then. */
  private static final Duration CATCH_UP = Duration.ofSeconds(1);

  private static final Duration ONE_PARTITION = Duration.ofMillis(100);

  /** More than any lane may have queued. */
  private static final long CLOSED = Integer.MAX_VALUE;

  private final Consumer<@Nullable LaneKey, Void> consumer;
  private Map<TopicPartition, QueuedRequests> partitions = Map.of();
  private final Set<TopicPartition> damaged = new HashSet<>();

  /** How many partitions the topic has, those included that are closed. */
  private int lanesSpread;

  RequestLog(KafkaConfig kafka) {
    consumer =
        new KafkaConsumer<>(
            kafka.client(
                Map.of(
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                    ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "50",
                    ConsumerConfig.FETCH_MAX_BYTES_CONFIG, "8000000",
                    ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000",
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1000")),
            new Lane(),
            new Unread());
  }

  /** The lane of a key as Sluice writes it; null for all others, which are nobody's. */
  private static final class Lane implements Deserializer<@Nullable LaneKey> {
    private static final int LONGEST = 300;

    @Override
    public @Nullable LaneKey deserialize(String topic, byte @Nullable [] data) {
      if (data == null || data.length > LONGEST) {
        return null;
      }
      String text = new String(data, StandardCharsets.UTF_8);
      try {
        LaneKey lane = LaneKey.parse(text);
        return lane.toString().equals(text) ? lane : null;
      } catch (IllegalArgumentException e) {
        return null;
      }
    }

    @Override
    public @Nullable LaneKey deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
      return data == null || data.remaining() > LONGEST
          ? null
          : deserialize(topic, Utils.toNullableArray(data));
    }
  }

  /** What is not wanted here, and not even copied. */
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

  /** Reads what is committed by now, for a while at most. */
  private void catchUp() {
    if (partitions.isEmpty()) {
      return;
    }
    long until = System.nanoTime() + CATCH_UP.toNanos();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions.keySet());
    for (long left = CATCH_UP.toNanos();
        left > 0 && isBehind(ends);
        left = until - System.nanoTime()) {
      try {
        consumer.poll(Duration.ofNanos(left)).forEach(this::take);
      } catch (KafkaException e) {
        passDamaged(e);
      }
    }
  }

  private boolean isBehind(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end ->
            !damaged.contains(end.getKey()) && consumer.position(end.getKey()) < end.getValue());
  }

  /**
   * Asks one partition after the other, so that a record that cannot be read stops its own alone.
   */
  private void passDamaged(KafkaException cause) {
    for (TopicPartition partition : partitions.keySet()) {
      consumer.pause(partitions.keySet());
      if (!damaged.contains(partition)) {
        consumer.resume(List.of(partition));
        try {
          consumer.poll(ONE_PARTITION).forEach(this::take);
        } catch (KafkaException e) {
          log.warn("{} cannot be read, so it is full: {}", partition, e.getMessage());
          damaged.add(partition);
        }
      }
    }
    consumer.resume(partitions.keySet());
    consumer.pause(damaged);
    if (damaged.size() == partitions.size()) {
      throw cause;
    }
  }

  private void take(ConsumerRecord<@Nullable LaneKey, Void> record) {
    LaneKey lane = record.key();
    if (lane != null && lane.partition(lanesSpread) == record.partition()) {
      QueuedRequests queued =
          partitions.get(new TopicPartition(record.topic(), record.partition()));
      if (queued != null) {
        queued.add(record.offset(), lane);
      }
    }
  }

  /**
   * What waits, as far as it was read.
   *
   * @param places the workers' committed offsets; a partition without one is closed to them
   * @param ends the ends of all partitions of the topic, of what is not committed too
   */
  Backlog.Reading reading(
      long takenAtNanos,
      Map<TopicPartition, OffsetAndMetadata> places,
      Map<TopicPartition, Long> ends) {
    assign(places, ends.size());
    catchUp();
    Map<LaneKey, Long> waiting = new HashMap<>();
    Map<Integer, Long> others = new HashMap<>();
    Map<Integer, Long> unread = new HashMap<>();
    ends.keySet().forEach(partition -> unread.put(partition.partition(), CLOSED));
    partitions.forEach((partition, queued) -> {
      OffsetAndMetadata place = places.get(partition);
      QueuedRequests.Waiting its = queued.count(place.offset(), window(place));
      waiting.putAll(its.byLane());
      others.put(partition.partition(), its.others());
      long end = ends.get(partition);
      // A place beyond the log's end closes the partition to workers: nobody has room in it.
      if (place.offset() <= end && !damaged.contains(partition)) {
        long position = Math.max(consumer.position(partition), place.offset());
        unread.put(partition.partition(), Math.max(0, end - position));
      }
    });
    return new Backlog.Reading(takenAtNanos, waiting, others, unread);
  }

  /** What the workers have done needs no reading. */
  private void assign(Map<TopicPartition, OffsetAndMetadata> places, int partitionsOfTopic) {
    if (partitions.keySet().equals(places.keySet()) && lanesSpread == partitionsOfTopic) {
      return;
    }
    lanesSpread = partitionsOfTopic;
    partitions =
        places.keySet().stream()
            .collect(Collectors.toMap(Function.identity(), one -> new QueuedRequests()));
    damaged.clear();
    consumer.assign(partitions.keySet());
    places.forEach((partition, place) -> consumer.seek(partition, place.offset()));
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
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
