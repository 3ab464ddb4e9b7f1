package dev.sluice.console.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class FreshResultsTest {
  private static final TopicPartition RESULTS = new TopicPartition("t.send-results", 0);

  private final Health health = new Health();

  /** What was noticed at each poll. */
  private final List<Set<String>> noticed = new CopyOnWriteArrayList<>();

  private volatile boolean granted;

  /** The brokers refuse only the fetch, whose answer may come after the first polls. */
  @Test
  void resultsThatMayNotBeReadAreNoticedUntilTheyAreRead() {
    KafkaConfig kafka = new KafkaConfig("nowhere:1", new Topics("t."), Map.of(), new Clients());

    try (FreshResults _ = new FreshResults(kafka, health, new SimpleMeterRegistry())) {
      await().until(() -> noticed.size() >= 2 * Denied.UNANSWERED);
      assertThat(noticed.subList(Denied.UNANSWERED, 2 * Denied.UNANSWERED))
          .containsOnly(Set.of("fresh results"));
      assertThat(health.notices().get("fresh results"))
          .contains("test messages", "Not authorized to access topics: [t.send-results]");

      granted = true;
      await().until(() -> health.notices().isEmpty());
    }
  }

  private final class Clients implements KafkaClients {
    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
      MockConsumer<byte[], byte[]> consumer = new Denied();
      consumer.updatePartitions(
          RESULTS.topic(), List.of(new PartitionInfo(RESULTS.topic(), 0, null, null, null)));
      consumer.updateEndOffsets(Map.of(RESULTS, 0L));
      return consumer;
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
      throw new AssertionError("it is not asked for");
    }

    @Override
    public StablePlaces places(KafkaConfig kafka) {
      throw new AssertionError("it is not asked for");
    }
  }

  /** Refuses to read at its third poll. */
  private final class Denied extends MockConsumer<byte[], byte[]> {
    static final int UNANSWERED = 3;
    private int polls;

    Denied() {
      super("latest");
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration atMost) {
      noticed.add(health.notices().keySet());
      polls++;
      if (!granted && polls == UNANSWERED) {
        throw new TopicAuthorizationException(Set.of(RESULTS.topic()));
      }
      return super.poll(atMost);
    }
  }
}
