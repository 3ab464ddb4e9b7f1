package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.Sandbox;
import dev.sluice.schema.Health;
import dev.sluice.schema.LaneKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class WorkerBacklogTest {
  private final Sandbox sandbox = Sandbox.create(2);
  private final Health health = new Health();

  @Test
  void nothingIsFedWhileWorkersHaveNoPlaceInSomePartition() throws Exception {
    try (WorkerBacklog backlog = new WorkerBacklog(sandbox.kafka(), health);
        Admin admin = Admin.create(sandbox.kafka().client(Map.of()))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() != null);
      admin
          .createPartitions(
              Map.of(sandbox.kafka().topics().sendRequests(), NewPartitions.increaseTo(3)))
          .all()
          .get();

      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() == null);
      await().atMost(Duration.ofSeconds(20)).until(() -> health.problems().containsKey("backlog"));
      assertThat(health.problems().get("backlog")).contains("[2]", "sluice migrate");
    }
  }

  @Test
  void saysForWhomRequestsWait() throws Exception {
    String topic = sandbox.kafka().topics().sendRequests();
    LaneKey lane = new LaneKey("s", 0);
    try (WorkerBacklog backlog = new WorkerBacklog(sandbox.kafka(), health);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                sandbox.kafka().client(Map.of()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      for (String key : List.of("s/0", "s/0", "another/0", "no lane")) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, lane.partition(2), name, new byte[100])).get();
      }

      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() ->
              assertThat(backlog.newest())
                  .isNotNull()
                  .satisfies(reading -> {
                    assertThat(reading.waiting())
                        .containsOnly(entry(lane, 2L), entry(new LaneKey("another", 0), 1L));
                    assertThat(reading.unread()).isEqualTo(Map.of(0, 0L, 1, 0L));
                  }));
    }
  }
}
