package dev.sluice.runtime.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** How far the workers are in every partition of {@code send-requests}, seen from outside. */
public final class Places {
  private final KafkaConfig kafka;

  public Places(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  /** The places by partition. */
  public SortedMap<Integer, Place> read(Admin admin)
      throws InterruptedException, ExecutionException {
    String topic = kafka.topics().sendRequests();
    String group = kafka.topics().workerGroup();
    List<TopicPartition> partitions =
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin
            .listConsumerGroupOffsets(
                Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)))
            .partitionsToOffsetAndMetadata(group)
            .get();
    Map<TopicPartition, Long> starts = offsets(admin, partitions, OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
    SortedMap<Integer, Place> places = new TreeMap<>();
    for (TopicPartition partition : partitions) {
      Place place = new Place(committed.get(partition), starts.get(partition), ends.get(partition));
      places.put(partition.partition(), place);
    }
    return places;
  }

  /**
   * The places of those partitions that can be told now. Left out are partitions with offsets in a
   * transaction that has not ended, and partitions whose logs have no leader.
   *
   * @param atMost how long Kafka may take; after that nothing more is told
   */
  public Map<TopicPartition, Place> stable(
      Admin admin, Collection<TopicPartition> partitions, Duration atMost) {
    String group = kafka.topics().workerGroup();
    int millis = Math.toIntExact(atMost.toMillis());
    Map<TopicPartition, OffsetAndMetadata> committed =
        known(
            admin
                .listConsumerGroupOffsets(
                    Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                    new ListConsumerGroupOffsetsOptions().requireStable(true).timeoutMs(millis))
                .partitionsToOffsetAndMetadata(group),
            Map.of());
    ListOffsetsOptions options = new ListOffsetsOptions().timeoutMs(millis);
    ListOffsetsResult starts =
        admin.listOffsets(each(committed.keySet(), OffsetSpec.earliest()), options);
    ListOffsetsResult ends =
        admin.listOffsets(each(committed.keySet(), OffsetSpec.latest()), options);
    Map<TopicPartition, Place> places = new HashMap<>();
    committed.forEach((partition, offset) -> {
      ListOffsetsResultInfo start = known(starts.partitionResult(partition), null);
      ListOffsetsResultInfo end = known(ends.partitionResult(partition), null);
      if (start != null && end != null) {
        places.put(partition, new Place(offset, start.offset(), end.offset()));
      }
    });
    return places;
  }

  /** Awaits an answer, which the request's own time-out bounds. */
  private static <T extends @Nullable Object> T known(KafkaFuture<? extends T> answer, T unknown) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      return unknown;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static Map<TopicPartition, OffsetSpec> each(
      Collection<TopicPartition> partitions, OffsetSpec which) {
    return partitions.stream().collect(Collectors.toMap(partition -> partition, _ -> which));
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Collection<TopicPartition> partitions, OffsetSpec which)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(each(partitions, which))
        .all()
        .get()
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  /**
   * Commits places, whether workers run or not: a transaction that names the group alone is not
   * asked for its membership. So it is only for partitions that no worker has open; who has one
   * open overwrites what is committed here.
   *
   * @param places by partition
   */
  public void commit(Map<Integer, OffsetAndMetadata> places) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    places.forEach((partition, place) ->
        offsets.put(new TopicPartition(kafka.topics().sendRequests(), partition), place));
    try (KafkaConsumer<byte[], byte[]> nobody = consumer();
        KafkaProducer<byte[], byte[]> producer = producer()) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(offsets, nobody.groupMetadata());
      producer.commitTransaction();
    }
  }

  /** A consumer that only names the group and never joins it. */
  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        kafka.client(Map.of(ConsumerConfig.GROUP_ID_CONFIG, kafka.topics().workerGroup())),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        kafka.client(
            Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                kafka.topics().transactionalId("windows", "repair"))),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
