package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A follower goes on after any failure and reports it. */
class TopicFollowerTest {
  private static final TopicPartition PARTITION = new TopicPartition("controls", 0);

  private final Deque<Throwable> failures = new ArrayDeque<>();
  private final List<Throwable> told = new ArrayList<>();
  private final List<DamagedRecord> skipped = new ArrayList<>();
  private final MeterRegistry meters = new SimpleMeterRegistry();

  /** Those of consumers, at each poll. */
  private final List<List<String>> exposed = new ArrayList<>();

  private @Nullable KafkaException damage;
  private int begun;

  @Test
  void whateverEndsAReadingIsToldAndAnotherOneBegins() {
    failures.add(new KafkaException("Kafka's"));
    failures.add(new NullPointerException("a bug"));
    failures.add(new LinkageError("a class is missing"));

    follow();

    assertThat(told)
        .extracting(Throwable::getMessage)
        .containsExactly("Kafka's", "a bug", "a class is missing");
    assertThat(begun).isEqualTo(3);
  }

  @Test
  void aDamagedRecordIsSkippedAndTheSameReadingGoesOn() {
    damage =
        new KafkaException(
            "Received exception when fetching the next record from controls-0. If needed, please"
                + " seek past the record to continue consumption.");
    failures.add(new KafkaException("the end of this test"));

    follow();

    assertThat(skipped).extracting(DamagedRecord::offset).containsExactly(0L);
    assertThat(begun).isEqualTo(1);
    assertThat(told).extracting(Throwable::getMessage).containsExactly("the end of this test");
  }

  @Test
  void theMetricsOfAConsumerAreExposedUntilItsReadingEnds() {
    failures.add(new KafkaException("the first reading fails"));
    failures.add(new KafkaException("the second, too"));

    follow();

    assertThat(exposed)
        .isEqualTo(
            Collections.nCopies(
                2, List.of("kafka.consumer.fetch.records.lag of reader-of-controls")));
    assertThat(meters.getMeters()).isEmpty();
  }

  private void follow() {
    new TopicFollower(
        new KafkaConfig("nowhere:1", new Topics(""), Map.of(), new Clients()),
        PARTITION.topic(),
        Map.of(),
        new Reader(),
        new Machine(
            new UntilAllHaveFailed(),
            (kind, task) -> {
              task.run();
              return Thread.currentThread();
            },
            new Random(1)),
        meters);
  }

  private final class Reader implements TopicFollower.Reader {
    @Override
    public TopicFollower.Polled begin(
        Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
      begun++;
      return this::take;
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
      exposed.add(
          meters.getMeters().stream()
              .map(meter -> meter.getId().getName() + " of " + meter.getId().getTag("client.id"))
              .toList());
      if (damage != null && skipped.isEmpty()) {
        return;
      }
      switch (failures.remove()) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new AssertionError(e);
      }
    }

    @Override
    public void skipped(DamagedRecord record) {
      skipped.add(record);
    }

    @Override
    public void failed(Throwable cause) {
      told.add(cause);
    }
  }

  private final class Clients implements KafkaClients {
    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
      MockConsumer<byte[], byte[]> consumer =
          new DamagedLog((String) settings.get(ConsumerConfig.CLIENT_ID_CONFIG));
      consumer.updatePartitions(
          PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, null, null, null)));
      consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
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

  /** A log whose first record is damaged, if any is. */
  private final class DamagedLog extends MockConsumer<byte[], byte[]> {
    private final String name;

    DamagedLog(String name) {
      super("earliest");
      this.name = name;
    }

    @Override
    public synchronized Map<MetricName, ? extends Metric> metrics() {
      MetricName lag =
          new MetricName("records-lag", "consumer-fetch-metrics", "", Map.of("client-id", name));
      return Map.of(lag, new Seven(lag));
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration atMost) {
      if (damage != null && position(PARTITION) == 0) {
        throw damage;
      }
      return super.poll(atMost);
    }
  }

  private record Seven(MetricName metricName) implements Metric {
    @Override
    public Object metricValue() {
      return 7L;
    }
  }

  /** Ends the follower's thread at its last wait, when all failures are used up. */
  private final class UntilAllHaveFailed implements Ticker {
    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
      if (failures.isEmpty()) {
        throw new InterruptedException();
      }
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      return false;
    }
  }
}
