package dev.sluice.runtime.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The workers' progress in every partition of {@code send-requests}, seen from outside the group.
 */
public final class Places {
  private final KafkaConfig kafka;

  public Places(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  /** Returns the places by partition. */
  public SortedMap<Integer, Place> read(Admin admin)
      throws InterruptedException, ExecutionException {
    String topic = kafka.topics().sendRequests();
    String group = kafka.topics().workerGroup();
    List<TopicPartition> partitions =
        Objects.requireNonNull(
                admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic))
            .partitions()
            .stream()
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
      Place place =
          new Place(
              committed.get(partition),
              Objects.requireNonNull(starts.get(partition)),
              Objects.requireNonNull(ends.get(partition)));
      places.put(partition.partition(), place);
    }
    return places;
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Collection<TopicPartition> partitions, OffsetSpec which)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, p -> which)))
        .all()
        .get()
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  /**
   * Commits places, whether workers run or not: a transaction that names only the group is not
   * checked for membership. Use it only for partitions that no worker has open; a worker overwrites
   * what is committed here.
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

  /** Returns the id of the transactions in which places are committed. */
  public static String transactionalId(KafkaConfig kafka) {
    return kafka.topics().transactionalId("windows", "repair");
  }

  /** Returns a consumer that only names the group and never joins it. */
  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        kafka.client(Map.of(ConsumerConfig.GROUP_ID_CONFIG, kafka.topics().workerGroup())),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        kafka.client(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(kafka))),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
