package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.quota.WorkerLag;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WorkerLagFaultsTest {
  private final Health health = new Health();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

  private interface Reader extends WorkerLag.Source {
    @Override
    default void close() {}
  }

  private LaneBacklog.Reading reading() {
    return new LaneBacklog.Reading(nanos.get(), Map.of(), Map.of(), Map.of(0, 0L));
  }

  @Test
  void anErrorIsNotTheLastTurn() {
    AtomicInteger turns = new AtomicInteger();
    Reader reader =
        () -> {
          if (turns.getAndIncrement() == 1) {
            throw new OutOfMemoryError("Java heap space");
          }
          return reading();
        };
    try (WorkerLag backlog = new WorkerLag(() -> reader, health, nanos::get)) {
      await().until(() -> health.problems().containsKey("backlog"));
      assertThat(health.problems().get("backlog")).contains("Java heap space");
      assertThat(backlog.newest()).isNull();

      await().until(() -> backlog.newest() != null);
      assertThat(turns).hasValueGreaterThan(2);
    }
  }

  /** Writers go on for a while by the number of partitions that they know. */
  @Test
  void nothingIsFedUntilEverybodyKnowsOfPartitionsThatWereAdded() {
    Map<Integer, Long> unread = new ConcurrentHashMap<>(Map.of(0, 0L));
    Reader reader = () -> new LaneBacklog.Reading(nanos.get(), Map.of(), Map.of(), unread);
    try (WorkerLag backlog = new WorkerLag(() -> reader, health, nanos::get)) {
      await().until(() -> backlog.newest() != null);
      assertThat(health.problems()).isEmpty();

      unread.put(1, 0L);
      await().until(() -> backlog.newest() == null);
      assertThat(health.problems().get("partitions")).contains("2 partitions instead of 1");

      nanos.addAndGet(KafkaConfig.PARTITIONS_EXPIRE.multipliedBy(2).toNanos());
      await().until(() -> backlog.newest() != null);
      assertThat(health.problems()).isEmpty();
    }
  }

  @Test
  void whatCannotBeOpenedIsTriedAgain() {
    AtomicInteger opened = new AtomicInteger();
    Reader reader = this::reading;
    try (WorkerLag backlog =
        new WorkerLag(
            () -> {
              if (opened.getAndIncrement() == 0) {
                throw new NoClassDefFoundError("somewhere");
              }
              return reader;
            },
            health,
            nanos::get)) {
      await().until(() -> backlog.newest() != null);
      assertThat(health.problems().get("backlog")).contains("somewhere");
    }
  }

  @Test
  void anUnknownBrokerIsATroubleThatHealthTells() {
    try (WorkerLag backlog =
        new WorkerLag(KafkaConfig.of("nowhere.invalid:1"), health, new SimpleMeterRegistry())) {
      await().atMost(Duration.ofSeconds(30)).until(() -> health.problems().containsKey("backlog"));
      assertThat(backlog.newest()).isNull();
    }
  }

  @Test
  void aReadingExpiresWhenNoOtherComes() throws Exception {
    CountDownLatch hung = new CountDownLatch(1);
    AtomicInteger turns = new AtomicInteger();
    Reader reader =
        () -> {
          if (turns.getAndIncrement() == 1) {
            hung.await();
          }
          return reading();
        };
    try (WorkerLag backlog = new WorkerLag(() -> reader, health, nanos::get)) {
      await().until(() -> turns.get() == 2);
      assertThat(backlog.newest()).isNotNull();
      nanos.addAndGet(Duration.ofSeconds(31).toNanos());
      assertThat(backlog.newest()).isNull();
      assertThat(health.problems().get("backlog")).contains("31 s ago");

      hung.countDown();
      await().until(() -> backlog.newest() != null);
    }
  }
}
