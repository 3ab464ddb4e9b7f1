package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.LaneKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Tests the windows that {@code migrate} commits for the partitions of {@code send-requests}. */
class FirstWindowsTest {
  private final KafkaConfig kafka = TestEnvironment.topics(2);
  private final String topic = kafka.topics().sendRequests();
  private final String group = kafka.topics().workerGroup();

  @Test
  void fromANewPartitionNothingWasSent() throws Exception {
    assertThat(places().values())
        .allMatch(place -> new OffsetAndMetadata(0, "v1").equals(place.committed()));
  }

  @Test
  void whatIsCommittedStaysAsItIs() throws Exception {
    write(0, "s/0");
    commit(0, new OffsetAndMetadata(0, "v1 s1"));
    migrate();

    assertThat(places().get(0).committed()).isEqualTo(new OffsetAndMetadata(0, "v1 s1"));
  }

  @Test
  void ofALogWhoseOffsetsAreLostItKnowsNothingAndOfAnEmptyOneThatNothingWaits() throws Exception {
    write(1, "s/0");
    try (Admin admin = admin()) {
      admin.deleteConsumerGroups(List.of(group)).all().get();
    }
    migrate();

    assertThat(places().get(0).committed()).isEqualTo(new OffsetAndMetadata(0, "v1"));
    assertThat(places().get(1).committed()).isNull();
    assertThat(places().get(1).closed()).isTrue();
  }

  @Test
  void addedPartitionsAreUsedOnlyWhenNothingIsUnderWayInLanesThatMove() throws Exception {
    write(0, movingLane(2, 4) + "/0");
    try (Admin admin = admin()) {
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all().get();
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> places().size() == 4);
    migrate();
    assertThat(places().get(2).committed()).isNull();
    assertThat(places().get(3).committed()).isNull();

    commit(0, new OffsetAndMetadata(1, "v1"));
    migrate();
    assertThat(places().values()).noneMatch(Place::closed);
  }

  @Test
  void itMayRunWhileWorkersDo() throws Exception {
    try (Admin admin = admin()) {
      admin.deleteConsumerGroups(List.of(group)).all().get();
    }
    try (KafkaConsumer<String, String> member =
        new KafkaConsumer<>(
            kafka.client(Map.of("group.id", group, "enable.auto.commit", false)),
            new StringDeserializer(),
            new StringDeserializer())) {
      member.subscribe(List.of(topic));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> {
            member.poll(Duration.ofMillis(100));
            return member.assignment().size() == 2;
          });
      migrate();
    }

    assertThat(places().values()).noneMatch(Place::closed);
  }

  private void migrate() throws Exception {
    Migration.createTopics(kafka, 2, Optional.of((short) 1));
  }

  private SortedMap<Integer, Place> places() throws Exception {
    try (Admin admin = admin()) {
      return new Places(kafka).read(admin);
    }
  }

  private void commit(int partition, OffsetAndMetadata place) {
    new Places(kafka).commit(Map.of(partition, place));
  }

  @Test
  void partitionsThatWereNeverUsedArePreparedWhileRequestsAreUnderWayInOthers() throws Exception {
    String stays =
        senders().filter(id -> new LaneKey(id, 0).partition(2) == 0).findFirst().orElseThrow();
    write(0, stays + "/0");
    try (Admin admin = admin()) {
      admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 1))).all().get();
    }
    migrate();

    assertThat(places().get(0).drained()).isFalse();
    assertThat(places().get(1).closed()).isFalse();
  }

  /**
   * Returns a sender whose first lane is in partition 0 of {@code few} and elsewhere of {@code
   * many}.
   */
  private static String movingLane(int few, int many) {
    return senders()
        .filter(id -> new LaneKey(id, 0).partition(few) == 0)
        .filter(id -> new LaneKey(id, 0).partition(many) != 0)
        .findFirst()
        .orElseThrow();
  }

  private static Stream<String> senders() {
    return IntStream.range(0, 1_000).mapToObj(number -> "s" + number);
  }

  private void write(int partition, String key) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            kafka.client(Map.of()), new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, partition, key, "{}")).get();
    }
  }

  private Admin admin() {
    return Admin.create(kafka.client(Map.of()));
  }
}
