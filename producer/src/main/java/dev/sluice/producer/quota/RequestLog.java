package dev.sluice.producer.quota;

import dev.sluice.producer.sql.Texts;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the keys of {@code send-requests} to count queued requests by lane. A partition's lag alone
 * does not distinguish lanes: one slow lane would make the queue look full to all others.
 */
final class RequestLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);

  /** The time for reading new records; records still unread count towards every lane. */
  private static final Duration CATCH_UP = Duration.ofSeconds(1);

  private static final Duration ONE_PARTITION = Duration.ofMillis(500);

  /** More than any lane may have queued. */
  private static final long CLOSED = Integer.MAX_VALUE;

  private final Consumer<@Nullable LaneKey, Void> consumer;
  private final Duration retryDamaged;
  private final KafkaClientMetrics kafkaMeters;
  private Map<TopicPartition, QueuedRequests> partitions = Map.of();

  /** The next offset to read. What a failed poll had already taken is lost and read again. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  private final Map<TopicPartition, Damage> damaged = new HashMap<>();

  /** The number of partitions of the topic, including closed ones. */
  private int lanesSpread;

  private record Damage(long seenAtNanos, String reason) {}

  /**
   * Creates a log.
   *
   * @param retryDamaged after which time an unreadable partition is read again
   */
  RequestLog(
      Consumer<@Nullable LaneKey, Void> consumer, Duration retryDamaged, MeterRegistry meters) {
    this.consumer = consumer;
    this.retryDamaged = retryDamaged;
    kafkaMeters = new KafkaClientMetrics(consumer);
    kafkaMeters.bindTo(meters);
  }

  /** Reads what is committed by now, for a limited time. */
  private void catchUp(long nowNanos) {
    Set<TopicPartition> readable = readable();
    if (readable.isEmpty()) {
      return;
    }
    long until = System.nanoTime() + CATCH_UP.toNanos();
    Map<TopicPartition, Long> ends = consumer.endOffsets(readable);
    for (long left = CATCH_UP.toNanos();
        left > 0 && !behind(ends).isEmpty();
        left = until - System.nanoTime()) {
      try {
        poll(Duration.ofNanos(left));
      } catch (RuntimeException | Error e) {
        if (isKafkas(e)) {
          throw e;
        }
        behind(ends).forEach(partition -> readAlone(partition, nowNanos));
        follow(readable());
      }
    }
  }

  private Set<TopicPartition> readable() {
    Set<TopicPartition> readable = new HashSet<>(partitions.keySet());
    readable.removeAll(damaged.keySet());
    return readable;
  }

  /** Returns the partitions of which more can be read now. */
  private List<TopicPartition> behind(Map<TopicPartition, Long> ends) {
    return readable().stream()
        .filter(partition -> at(partition) < offset(ends, partition) && !queuedIn(partition).full())
        .toList();
  }

  private static long offset(Map<TopicPartition, Long> offsets, TopicPartition partition) {
    return Objects.requireNonNull(offsets.get(partition));
  }

  private static OffsetAndMetadata place(
      Map<TopicPartition, OffsetAndMetadata> places, TopicPartition partition) {
    return Objects.requireNonNull(places.get(partition));
  }

  private void poll(Duration atMost) {
    Set<TopicPartition> followed = consumer.assignment();
    Map<Boolean, List<TopicPartition>> byFull =
        followed.stream()
            .collect(Collectors.partitioningBy(partition -> queuedIn(partition).full()));
    consumer.pause(byFull.get(true));
    consumer.resume(byFull.get(false));
    consumer.poll(atMost).forEach(this::take);
    followed.forEach(partition -> next.put(partition, consumer.position(partition)));
  }

  /**
   * Returns whether a failure is not specific to a partition. A bad record may cause any other
   * failure: its size, once unpacked, even an OutOfMemoryError.
   */
  private static boolean isKafkas(Throwable failure) {
    return failure instanceof ApiException && !(failure instanceof CorruptRecordException);
  }

  /** Reads one partition alone, so that an unreadable record stops only its own. */
  private void readAlone(TopicPartition partition, long nowNanos) {
    try {
      follow(List.of(partition));
      poll(ONE_PARTITION);
      if (damaged.remove(partition) != null) {
        log.info("{} can be read again", partition);
      }
    } catch (RuntimeException | Error e) {
      if (isKafkas(e)) {
        throw e;
      }
      Damage damage = new Damage(nowNanos, Texts.shortened(Reasons.of(e)));
      if (damaged.put(partition, damage) == null) {
        log.warn("{} cannot be read; treated as full: {}", partition, damage.reason());
      }
    }
  }

  /** Follows these partitions from where each was last read, and drops everything fetched. */
  private void follow(Collection<TopicPartition> wanted) {
    consumer.assign(List.of());
    consumer.assign(wanted);
    wanted.forEach(partition -> consumer.seek(partition, at(partition)));
  }

  private long at(TopicPartition partition) {
    return Objects.requireNonNull(next.get(partition));
  }

  private QueuedRequests queuedIn(TopicPartition partition) {
    return Objects.requireNonNull(partitions.get(partition));
  }

  /** Retries damaged partitions, whose records may have expired or been repaired. */
  private void lookAtDamagedAgain(long nowNanos, Map<TopicPartition, OffsetAndMetadata> places) {
    List<TopicPartition> due =
        damaged.entrySet().stream()
            .filter(one -> nowNanos - one.getValue().seenAtNanos() >= retryDamaged.toNanos())
            .map(Map.Entry::getKey)
            .toList();
    if (due.isEmpty()) {
      return;
    }
    for (TopicPartition partition : due) {
      next.merge(partition, place(places, partition).offset(), Math::max);
      readAlone(partition, nowNanos);
    }
    follow(readable());
  }

  /** Drops what a log has lost that now ends before the position up to which it was read. */
  private void dropWhatWasCutOff(Map<TopicPartition, Long> ends) {
    boolean cut = false;
    for (Map.Entry<TopicPartition, Long> place : next.entrySet()) {
      long end = offset(ends, place.getKey());
      if (end < place.getValue()) {
        queuedIn(place.getKey()).cutOff(end);
        place.setValue(end);
        cut = true;
      }
    }
    if (cut) {
      follow(readable());
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
   * Returns what waits, as far as it was read.
   *
   * @param topic all partitions of the topic
   * @param committed the workers' committed offsets; a partition without one is closed to them
   * @param ends the ends of its partitions, including uncommitted records; a partition without one
   *     has no leader
   */
  LaneBacklog.Reading reading(
      long takenAtNanos,
      Collection<TopicPartition> topic,
      Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>(committed);
    places.keySet().retainAll(ends.keySet());
    keepTo(places, topic.size());
    dropWhatWasCutOff(ends);
    lookAtDamagedAgain(takenAtNanos, places);
    catchUp(takenAtNanos);
    Map<LaneKey, Long> waiting = new HashMap<>();
    Map<Integer, Long> others = new HashMap<>();
    Map<Integer, Long> unread = new HashMap<>();
    topic.forEach(partition -> unread.put(partition.partition(), CLOSED));
    partitions.forEach((partition, queued) -> {
      OffsetAndMetadata place = place(places, partition);
      QueuedRequests.Waiting its = queued.count(place.offset(), window(place));
      waiting.putAll(its.byLane());
      others.put(partition.partition(), its.others());
      long end = offset(ends, partition);
      // A place beyond the log's end closes the partition to workers, so that no lane has room in
      // it.
      if (place.offset() <= end && !damaged.containsKey(partition)) {
        long position = Math.max(at(partition), place.offset());
        unread.put(partition.partition(), Math.max(0, end - position));
      }
    });
    return new LaneBacklog.Reading(takenAtNanos, waiting, others, unread);
  }

  /** Returns why partitions cannot be read, by number. */
  Map<Integer, String> damaged() {
    Map<Integer, String> reasons = new TreeMap<>();
    damaged.forEach((partition, damage) -> reasons.put(partition.partition(), damage.reason()));
    return reasons;
  }

  /** Follows exactly the partitions with these places, skipping what workers have done. */
  private void keepTo(Map<TopicPartition, OffsetAndMetadata> places, int partitionsOfTopic) {
    if (partitions.keySet().equals(places.keySet()) && lanesSpread == partitionsOfTopic) {
      return;
    }
    lanesSpread = partitionsOfTopic;
    partitions =
        places.keySet().stream()
            .collect(Collectors.toMap(Function.identity(), one -> new QueuedRequests()));
    damaged.clear();
    next.clear();
    places.forEach((partition, place) -> next.put(partition, place.offset()));
    follow(readable());
  }

  private static List<WindowCodec.Run> window(OffsetAndMetadata place) {
    try {
      return WindowCodec.decode(place.metadata());
    } catch (UnreadableWindowException e) {
      // The worker reports it; here all of it counts as queued.
      return List.of();
    }
  }

  @Override
  public void close() {
    kafkaMeters.close();
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
