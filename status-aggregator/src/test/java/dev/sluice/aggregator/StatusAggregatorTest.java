package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.FailedStart;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs with a broker, which the driver of the other tests only imitates. */
@Timeout(60)
class StatusAggregatorTest {
  private static final Fixture FIXTURE = new Fixture();

  /** Kafka Streams must report its commits, and only after them. */
  @Test
  void aResultLeavesTheChangelogWhenItsDeadLetterIsThere() {
    KafkaConfig kafka = FIXTURE.environment().kafka();
    UUID nobody = UUID.randomUUID();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (StatusAggregator aggregator =
            new StatusAggregator(
                StatusAggregatorConfig.of(kafka, FIXTURE.environment().database()),
                new Health(),
                meters);
        Producer<byte[], byte[]> producer = kafka.producer(Map.of());
        Consumer<byte[], byte[]> changelog = kafka.consumer(Map.of());
        Consumer<byte[], byte[]> letters = kafka.consumer(Map.of())) {
      var _ =
          producer.send(
              new ProducerRecord<>(
                  kafka.topics().sendResults(),
                  nobody.toString().getBytes(StandardCharsets.UTF_8),
                  Json.write(Fixture.result(nobody, 1, 1, RecipientStatus.SENT))));
      await().atMost(Duration.ofSeconds(30)).until(aggregator::running);
      List<TopicPartition> changes =
          partitions(
              changelog,
              kafka.topics().statusAggregatorGroup() + "-" + PendingResults.NAME + "-changelog");
      changelog.assign(changes);
      changelog.seekToBeginning(changes);

      await().atMost(Duration.ofSeconds(30)).until(() -> showsRemoval(changelog));

      assertThat(
              letters
                  .endOffsets(partitions(letters, kafka.topics().deadLetters()))
                  .values()
                  .stream()
                  .mapToLong(Long::longValue)
                  .sum())
          .isOne();
      assertThat(meters.get("sluice.streams.silence").gauge().value())
          .as("its thread is watched")
          .isNotNaN();
    }
  }

  @Test
  void aStartThatFailsLeavesNothingOpen() throws Exception {
    SimpleMeterRegistry full = new SimpleMeterRegistry();
    full.config()
        .onMeterAdded(meter -> {
          if (meter.getId().getName().equals("sluice.streams.silence")) {
            throw new IllegalStateException("no room for " + meter.getId());
          }
        });

    FailedStart failed =
        FailedStart.of(() ->
            new StatusAggregator(
                StatusAggregatorConfig.of(
                    FIXTURE.environment().kafka(), FIXTURE.environment().database()),
                new Health(),
                full));

    assertThat(failed.failure()).hasMessageContaining("no room");
    await().untilAsserted(() -> assertThat(failed.threads()).isEmpty());
  }

  private static boolean showsRemoval(Consumer<byte[], byte[]> changelog) {
    return StreamSupport.stream(changelog.poll(Duration.ofMillis(100)).spliterator(), false)
        .anyMatch(change -> change.value() == null);
  }

  private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }
}
