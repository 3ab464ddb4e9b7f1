package dev.sluice.producer.quota;

import static dev.sluice.producer.quota.Lanes.laneIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.EmbeddedKafka;
import dev.sluice.local.FreePort;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.LaneKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerLagTest {
  private final TestEnvironment environment = TestEnvironment.create(2);
  private final Health health = new Health();

  @Test
  void theMetricsOfItsConsumerAreExposedUntilItIsClosed() {
    MeterRegistry meters = new SimpleMeterRegistry();
    try (WorkerLag backlog = new WorkerLag(environment.kafka(), health, meters)) {
      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() != null);

      assertThat(meters.getMeters())
          .extracting(meter -> meter.getId().getTag("client.id"))
          .contains("reader-of-lanes");
    }
    await().untilAsserted(() -> assertThat(meters.getMeters()).isEmpty());
  }

  @Test
  void nothingIsFedWhileWorkersHaveNoPlaceInSomePartition() throws Exception {
    try (WorkerLag backlog = new WorkerLag(environment.kafka(), health, new SimpleMeterRegistry());
        Admin admin = Admin.create(environment.kafka().client(Map.of()))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() != null);
      admin
          .createPartitions(
              Map.of(environment.kafka().topics().sendRequests(), NewPartitions.increaseTo(3)))
          .all()
          .get();

      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() == null);
      await().atMost(Duration.ofSeconds(20)).until(() -> health.problems().containsKey("backlog"));
      assertThat(health.problems().get("backlog")).contains("[2]", "sluice migrate");
    }
  }

  @Test
  void aPartitionWhosePlaceWasLostIsFullAndTheOthersAreReadOn() throws Exception {
    String topic = environment.kafka().topics().sendRequests();
    String group = environment.kafka().topics().workerGroup();
    try (WorkerLag backlog = new WorkerLag(environment.kafka(), health, new SimpleMeterRegistry());
        KafkaProducer<byte[], byte[]> producer = producer(environment);
        Admin admin = Admin.create(environment.kafka().client(Map.of()))) {
      producer.send(new ProducerRecord<>(topic, 0, null, new byte[100])).get();
      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() != null);
      admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 0))).all().get();
      await().atMost(Duration.ofSeconds(20)).until(() -> health.problems().containsKey("backlog"));
      assertThat(health.problems().get("backlog")).contains("[0]", "sluice window show");
      LaneKey lane = laneIn(1);
      producer
          .send(
              new ProducerRecord<>(
                  topic, 1, lane.toString().getBytes(StandardCharsets.UTF_8), new byte[100]))
          .get();

      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() ->
              assertThat(backlog.newest())
                  .isNotNull()
                  .satisfies(reading -> {
                    assertThat(reading.mostWaiting(laneIn(0))).isGreaterThan(1_000_000_000L);
                    assertThat(reading.mostWaiting(lane)).isEqualTo(1);
                  }));

      // As sluice window reset does.
      new Places(environment.kafka()).commit(Map.of(0, new OffsetAndMetadata(1, "v1")));
      await().atMost(Duration.ofSeconds(20)).until(() -> health.problems().isEmpty());
      assertThat(backlog.newest())
          .isNotNull()
          .satisfies(reading -> assertThat(reading.mostWaiting(laneIn(0))).isZero());
    }
  }

  @Test
  void saysForWhomRequestsWait() throws Exception {
    String topic = environment.kafka().topics().sendRequests();
    LaneKey lane = new LaneKey("s", 0);
    // Works for whichever partition the two share.
    LaneKey another =
        Stream.iterate(0, i -> i + 1)
            .map(i -> new LaneKey("another" + i, 0))
            .filter(one -> one.partition(2) == lane.partition(2))
            .findFirst()
            .orElseThrow();
    try (WorkerLag backlog = new WorkerLag(environment.kafka(), health, new SimpleMeterRegistry());
        KafkaProducer<byte[], byte[]> producer = producer(environment)) {
      List<String> keys =
          List.of(
              "s/0",
              "s/0",
              another.toString(),
              "no lane",
              "s/+0",
              "s/00",
              "x".repeat(1_000) + "/0");
      for (String key : keys) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, lane.partition(2), name, new byte[100])).get();
      }
      // In the wrong partition, where no worker looks for it.
      byte[] astray = "s/0".getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic, 1 - lane.partition(2), astray, null)).get();

      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() ->
              assertThat(backlog.newest())
                  .isNotNull()
                  .satisfies(reading -> {
                    assertThat(reading.waiting()).containsOnly(entry(lane, 2L), entry(another, 1L));
                    assertThat(reading.unread()).isEqualTo(Map.of(0, 0L, 1, 0L));
                  }));
    }
  }

  @Test
  void noReadingOutlastsKafkaForLong(@TempDir Path data) throws Exception {
    EmbeddedKafka own = new EmbeddedKafka(data, FreePort.next());
    KafkaConfig kafka = KafkaConfig.of(own.bootstrapServers());
    Migration.createTopics(kafka, 2, Optional.of((short) 1));
    try (WorkerLag backlog = new WorkerLag(kafka, health, new SimpleMeterRegistry())) {
      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() != null);
      own.close();

      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() == null);
      assertThat(health.problems()).containsKey("backlog");
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(TestEnvironment environment) {
    return new KafkaProducer<>(
        environment.kafka().client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer());
  }
}
