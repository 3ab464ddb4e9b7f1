package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.HurriedTicker;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StreamsApplication;
import dev.sluice.runtime.kafka.StreamsWatchdog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream thread that hangs, on a broker: Kafka Streams goes on to say that it runs. */
@Timeout(90)
class HungThreadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final Health health = new Health();
  private final HurriedTicker ticker = new HurriedTicker();

  @Test
  void healthSaysSoUntilItGoesOn() throws InterruptedException {
    KafkaConfig kafka = TestEnvironment.topics(1);
    StreamsWatchdog watchdog = new StreamsWatchdog(ticker, health);
    try (StreamsApplication streams =
            new StreamsApplication(
                kafka,
                kafka.topics().statusAggregatorGroup(),
                AggregatorTopology.of(kafka.topics(), watchdog.over(() -> this::hang)),
                watchdog,
                Map.of(),
                health,
                new SimpleMeterRegistry());
        Producer<byte[], byte[]> producer = kafka.producer(Map.of())) {
      // A thread may read before it says that it runs, and would hang as one that never did.
      await().atMost(PATIENCE).until(streams::running);
      var _ = producer.send(new ProducerRecord<>(kafka.topics().sendResults(), new byte[] {1}));
      begun.await();
      assertThat(health.problems()).isEmpty();

      ticker.hurry(Duration.ofSeconds(11));
      await().atMost(PATIENCE).until(() -> health.problems().containsKey("stream threads"));
      assertThat(streams.running()).isTrue();

      released.countDown();
      await().atMost(PATIENCE).until(() -> health.problems().isEmpty());
    }
  }

  private void hang(Record<byte[], byte[]> record) {
    begun.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
