package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

/** Runs the send loop's thread; each of its starts fails in its own way. */
class WorkerRestartTest {
  private final Deque<Runnable> failures = new ArrayDeque<>();
  private final Queue<Runnable> loops = new ArrayDeque<>();
  private final List<Duration> waits = new ArrayList<>();
  private final Health health = new Health();
  private Instant now = Instant.EPOCH;

  @Test
  void whateverEndsTheLoopAnotherOneGoesOnAndHealthSaysWhy() {
    failures.add(() -> fail(new NullPointerException("a bug")));
    failures.add(() -> fail(new LinkageError("a class is missing")));
    Worker worker = worker();

    assertThatThrownBy(() -> loops.remove().run()).hasMessage("a bug");
    assertThat(health.problems().get("worker")).contains("a bug");
    assertThat(waits).hasSize(1);
    assertThatThrownBy(() -> loops.remove().run()).hasMessage("a class is missing");
    assertThat(health.problems().get("worker")).contains("a class is missing");
    assertThat(loops).hasSize(1);

    worker.close();
    loops.remove().run();
    assertThat(loops).as("it has stopped").isEmpty();
  }

  @Test
  void failuresOfLongAgoMakeNoRestartSlow() {
    for (int i = 0; i < 10; i++) {
      failures.add(() -> fail(new IllegalStateException("Kafka's")));
    }
    failures.add(() -> {
      now = now.plus(Duration.ofDays(1));
      fail(new IllegalStateException("Kafka's"));
    });
    failures.add(() -> fail(new NullPointerException("the end of this test")));
    worker();
    assertThatThrownBy(() -> loops.remove().run()).hasMessage("the end of this test");

    assertThat(waits.get(9)).isGreaterThan(Duration.ofSeconds(10));
    assertThat(waits.get(10)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void aStartThatFailsLeavesNothingOpen() {
    AtomicBoolean closed = new AtomicBoolean();
    MessageProvider provider =
        new MessageProvider() {
          @Override
          public SendOutcome send(OutgoingMessage message, Permit permit) {
            throw new AssertionError("nothing is sent");
          }

          @Override
          public void close() {
            closed.set(true);
          }
        };
    SimpleMeterRegistry full = new SimpleMeterRegistry();
    full.config()
        .onMeterAdded(meter -> {
          throw new IllegalStateException("no room for " + meter.getId());
        });

    assertThatThrownBy(() -> worker(Map.of("whatsapp", provider), full))
        .hasMessageContaining("no room");

    assertThat(loops).isEmpty();
    assertThat(closed).isTrue();
  }

  private static void fail(RuntimeException failure) {
    throw failure;
  }

  private static void fail(Error failure) {
    throw failure;
  }

  private Worker worker() {
    return worker(Map.of(), new SimpleMeterRegistry());
  }

  private Worker worker(Map<String, MessageProvider> providers, MeterRegistry meters) {
    KafkaConfig kafka =
        new KafkaConfig("nowhere:1", new Topics("t."), Map.of(), new FailingClients());
    return new Worker(
        WorkerConfig.of(kafka, "w"),
        providers,
        health,
        meters,
        new Machine(new Clock(), this::start, new Random(1)));
  }

  private Thread start(Thread.Builder kind, Runnable task) {
    Thread thread = kind.unstarted(task);
    if (thread.getName().equals("worker-w")) {
      loops.add(task);
    }
    return thread;
  }

  /** Fails with the producer, which the loop needs first. */
  private final class FailingClients implements KafkaClients {
    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
      failures.remove().run();
      throw new AssertionError("it should have failed");
    }

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
      throw new AssertionError("it is not asked for");
    }

    @Override
    public StablePlaces places(KafkaConfig kafka) {
      throw new AssertionError("it is not asked for");
    }
  }

  /** Time that passes only while a thread waits. */
  private final class Clock implements Ticker {
    @Override
    public long nanoTime() {
      return Duration.between(Instant.EPOCH, now).toNanos();
    }

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public void sleep(Duration time) {
      now = now.plus(time);
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      waits.add(atMost);
      now = now.plus(atMost);
      return latch.getCount() == 0;
    }
  }
}
