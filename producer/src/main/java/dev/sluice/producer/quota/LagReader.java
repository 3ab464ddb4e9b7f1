package dev.sluice.producer.quota;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the workers' lag by lane from Kafka. The offsets that a window's metadata calls done do not
 * count: one message that hangs must not look like a full queue.
 */
public final class LagReader implements WorkerLag.Source {
  private static final long TIMEOUT_MS = 5_000;

  private final KafkaConfig kafka;
  private final Health health;
  private final RequestLog log;
  private final Admin admin;

  private LagReader(KafkaConfig kafka, Health health, RequestLog log, Admin admin) {
    this.kafka = kafka;
    this.health = health;
    this.log = log;
    this.admin = admin;
  }

  /**
   * A reader.
   *
   * @param retryDamaged after which time a partition that could not be read is looked at again
   */
  public static LagReader open(KafkaConfig kafka, Health health, Duration retryDamaged) {
    RequestLog log = new RequestLog(LaneConsumer.of(kafka), retryDamaged);
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
    List<TopicPartition> partitions =
        admin
            .describeTopics(List.of(topic))
            .allTopicNames()
            .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)
            .get(topic)
            .partitions()
            .stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    // Committed offsets first: what is finished in between then counts as waiting, never less.
    Map<TopicPartition, OffsetAndMetadata> places =
        new HashMap<>(
            admin
                .listConsumerGroupOffsets(
                    Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)))
                .partitionsToOffsetAndMetadata(group)
                .get(TIMEOUT_MS, TimeUnit.MILLISECONDS));
    // Kafka answers null where nothing is committed.
    places.values().removeIf(Objects::isNull);
    Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
    List<Integer> lost = withoutPlace(partitions, places);
    requireNoneAdded(topic, lost, ends);
    LaneBacklog.Reading reading = log.reading(begun, places, ends);
    tell(lost);
    return reading;
  }

  private void tell(List<Integer> lost) {
    List<String> troubles = new ArrayList<>();
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

  private static List<Integer> withoutPlace(
      List<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> places) {
    return partitions.stream()
        .filter(partition -> !places.containsKey(partition))
        .map(TopicPartition::partition)
        .sorted()
        .toList();
  }

  /**
   * Partitions that were added move lanes while their requests are under way in others: nothing is
   * fed until workers have a place in them. Where something was written, the place was lost, which
   * concerns that partition alone.
   */
  private static void requireNoneAdded(
      String topic, List<Integer> withoutPlace, Map<TopicPartition, Long> ends) {
    List<Integer> added =
        withoutPlace.stream()
            .filter(partition -> ends.get(new TopicPartition(topic, partition)) == 0)
            .toList();
    if (!added.isEmpty()) {
      throw new KafkaException(
          "workers have no place in partition(s) "
              + added
              + " of send-requests, so nothing is fed: run sluice migrate");
    }
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec which)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(partitions.stream().collect(Collectors.toMap(Function.identity(), p -> which)))
        .all()
        .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  @Override
  public void close() {
    try (log) {
      admin.close(Duration.ZERO);
    }
  }
}
