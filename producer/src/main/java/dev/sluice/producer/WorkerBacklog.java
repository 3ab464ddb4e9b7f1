package dev.sluice.producer;

import dev.sluice.schema.Health;
import dev.sluice.schema.KafkaConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The workers' lag by lane, read from Kafka a few times a second. The offsets that a window's
 * metadata calls done do not count: one message that hangs must not look like a full queue.
 */
final class WorkerBacklog implements Backlog, AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(200);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
  private static final long TIMEOUT_MS = 5_000;

  private final KafkaConfig kafka;
  private final Health health;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable Reading newest;

  WorkerBacklog(KafkaConfig kafka, Health health) {
    this.kafka = kafka;
    this.health = health;
    Thread.ofPlatform().daemon().name("worker-backlog").start(this::run);
  }

  @Override
  public @Nullable Reading newest() {
    return newest;
  }

  private void run() {
    try {
      while (closing.getCount() > 0) {
        follow();
        closing.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() throws InterruptedException {
    Admin admin = Admin.create(kafka.client(Map.of()));
    try (RequestLog log = new RequestLog(kafka)) {
      while (closing.getCount() > 0) {
        newest = read(admin, log);
        closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      // An old reading would let more and more work pile up.
      newest = null;
      health.failing("backlog", "cannot read the workers' lag: " + e);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  private Reading read(Admin admin, RequestLog log)
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
    Backlog.Reading reading = log.reading(begun, places, ends);
    if (lost.isEmpty()) {
      health.working("backlog");
    } else {
      health.failing(
          "backlog",
          "workers keep partition(s) "
              + lost
              + " of send-requests closed, so nothing is fed into"
              + " them: no offset is committed there (see sluice window show)");
    }
    return reading;
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
        .listOffsets(
            partitions.stream()
                .collect(java.util.stream.Collectors.toMap(Function.identity(), p -> which)))
        .all()
        .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
