package dev.sluice.producer.quota;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * Reads the workers' lag by lane from Kafka. Offsets that a window marks as done do not count, so
 * that one hanging message does not look like a full queue.
 */
public final class LagReader implements WorkerLag.Source {
  private static final long TIMEOUT_MS = 5_000;

  private final KafkaConfig kafka;
  private final Health health;
  private final RequestLog log;
  private final Admin admin;
  private final LeastInSync leastInSync;

  LagReader(KafkaConfig kafka, Health health, RequestLog log, Admin admin) {
    this.kafka = kafka;
    this.health = health;
    this.log = log;
    this.admin = admin;
    leastInSync = new LeastInSync(admin, kafka.topics().sendRequests(), health, TIMEOUT_MS);
  }

  /**
   * Creates a reader.
   *
   * @param retryDamaged after which time an unreadable partition is read again
   */
  public static LagReader open(
      KafkaConfig kafka, Health health, Duration retryDamaged, MeterRegistry meters) {
    RequestLog log = new RequestLog(LaneConsumer.of(kafka), retryDamaged, meters);
    try {
      return new LagReader(kafka, health, log, Admin.create(kafka.client(Map.of())));
    } catch (KafkaException e) {
      log.close();
      throw e;
    }
  }

  @Override
  public LaneBacklog.Reading read()
      throws InterruptedException, ExecutionException, TimeoutException {
    long begun = System.nanoTime();
    String topic = kafka.topics().sendRequests();
    String group = kafka.topics().workerGroup();
    List<TopicPartitionInfo> described =
        Objects.requireNonNull(
                admin
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                    .get(topic))
            .partitions();
    List<TopicPartition> partitions = partitions(topic, described.stream());
    // Committed offsets first: what finishes in between then counts as waiting, never the reverse.
    Map<TopicPartition, OffsetAndMetadata> places =
        new HashMap<>(
            admin
                .listConsumerGroupOffsets(
                    Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)))
                .partitionsToOffsetAndMetadata(group)
                .get(TIMEOUT_MS, TimeUnit.MILLISECONDS));
    // Kafka answers null where nothing is committed.
    places.values().removeIf(Objects::isNull);
    // A partition without a leader would only cause a wait.
    Map<TopicPartition, Long> ends =
        ends(partitions(topic, described.stream().filter(LagReader::hasLeader)));
    List<Integer> lost = without(places.keySet(), partitions);
    requireNoneAdded(topic, lost, ends);
    List<Integer> leaderless = without(ends.keySet(), partitions);
    // It refuses records, and with them the transaction that also carries all others'.
    int least = leastInSync.replicas();
    List<TopicPartition> unwritable =
        partitions(
            topic,
            described.stream()
                .filter(LagReader::hasLeader)
                .filter(partition -> isShort(partition, least)));
    ends.keySet().removeAll(unwritable);
    LaneBacklog.Reading reading = log.reading(begun, partitions, places, ends);
    tell(lost, leaderless, unwritable);
    return reading;
  }

  private static List<TopicPartition> partitions(String topic, Stream<TopicPartitionInfo> some) {
    return some.map(partition -> new TopicPartition(topic, partition.partition())).toList();
  }

  /** Brokers expect no more replicas in sync than a partition has. */
  static boolean isShort(TopicPartitionInfo partition, int least) {
    return partition.isr().size() < Math.min(least, partition.replicas().size());
  }

  private static boolean hasLeader(TopicPartitionInfo partition) {
    return partition.leader() != null && !partition.leader().isEmpty();
  }

  private void tell(List<Integer> lost, List<Integer> leaderless, List<TopicPartition> unwritable) {
    List<String> troubles = new ArrayList<>();
    if (!unwritable.isEmpty()) {
      troubles.add(
          "partition(s) "
              + unwritable.stream().map(TopicPartition::partition).toList()
              + " of send-requests have fewer replicas in sync than min.insync.replicas, so nothing"
              + " is fed into them");
    }
    if (!leaderless.isEmpty()) {
      troubles.add(
          "partition(s) "
              + leaderless
              + " of send-requests have no leader that answers, so nothing is fed into them");
    }
    if (!lost.isEmpty()) {
      troubles.add(
          "workers keep partition(s) "
              + lost
              + " of send-requests closed, so nothing is fed into"
              + " them: no offset is committed there (see sluice window show)");
    }
    if (!log.damaged().isEmpty()) {
      troubles.add(
          "partition(s) "
              + log.damaged().keySet()
              + " of send-requests cannot be read, so nothing is fed into them: "
              + String.join(", ", log.damaged().values()));
    }
    if (troubles.isEmpty()) {
      health.working("backlog");
    } else {
      health.failing("backlog", String.join("; ", troubles));
    }
  }

  /** Returns the numbers of the partitions that are not among the known ones. */
  private static List<Integer> without(Set<TopicPartition> known, List<TopicPartition> partitions) {
    return partitions.stream()
        .filter(partition -> !known.contains(partition))
        .map(TopicPartition::partition)
        .sorted()
        .toList();
  }

  /**
   * Throws if partitions were added, which moves lanes while their requests are under way in
   * others: nothing is fed until workers have a place in the new ones. A partition with records and
   * no place has lost it, which affects only that partition.
   */
  private static void requireNoneAdded(
      String topic, List<Integer> withoutPlace, Map<TopicPartition, Long> ends) {
    List<Integer> added =
        withoutPlace.stream()
            .filter(partition -> ends.getOrDefault(new TopicPartition(topic, partition), 0L) == 0)
            .toList();
    if (!added.isEmpty()) {
      throw new KafkaException(
          "workers have no place in partition(s) "
              + added
              + " of send-requests, so nothing is fed: run sluice migrate");
    }
  }

  private Map<TopicPartition, Long> ends(List<TopicPartition> led) throws InterruptedException {
    return LogEnds.of(
        admin.listOffsets(
            led.stream().collect(Collectors.toMap(Function.identity(), p -> OffsetSpec.latest())),
            new ListOffsetsOptions().timeoutMs(Math.toIntExact(TIMEOUT_MS))),
        led,
        TIMEOUT_MS);
  }

  @Override
  public void close() {
    try (log) {
      admin.close(Duration.ZERO);
    }
  }
}
