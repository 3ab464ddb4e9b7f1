package dev.sluice.producer.quota;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads the workers' lag five times a second on its own thread, for as long as it is open. */
public final class WorkerLag implements LaneBacklog, AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(200);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
  private static final Duration RETRY_DAMAGED = Duration.ofSeconds(10);

  /**
   * The age from which a reading is reported as outdated, because a hanging call reports no
   * failure.
   */
  private static final Duration EXPIRES = Duration.ofSeconds(30);

  /** The time after which every writer knows the number of partitions. */
  private static final Duration SETTLES = KafkaConfig.PARTITIONS_EXPIRE.plusSeconds(5);

  private final Supplier<? extends Source> sources;
  private final Health health;
  private final LongSupplier nanoTime;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable Reading newest;
  private int partitions;
  private boolean settling;
  private long changedNanos;

  /** A reader, replaced after a failure. */
  public interface Source extends AutoCloseable {
    Reading read() throws InterruptedException, ExecutionException, TimeoutException;

    @Override
    void close();
  }

  public WorkerLag(KafkaConfig kafka, Health health, MeterRegistry meters) {
    this(() -> LagReader.open(kafka, health, RETRY_DAMAGED, meters), health, System::nanoTime);
  }

  public WorkerLag(Supplier<? extends Source> sources, Health health, LongSupplier nanoTime) {
    this.sources = sources;
    this.health = health;
    this.nanoTime = nanoTime;
    Thread.ofPlatform().daemon().name("worker-backlog").start(this::run);
  }

  @Override
  public @Nullable Reading newest() {
    Reading reading = newest;
    if (reading == null) {
      return null;
    }
    long age = nanoTime.getAsLong() - reading.takenAtNanos();
    if (age > EXPIRES.toNanos()) {
      health.failing(
          "backlog",
          "the workers' lag was read last " + TimeUnit.NANOSECONDS.toSeconds(age) + " s ago");
      return null;
    }
    return reading;
  }

  private void run() {
    try {
      do {
        follow();
      } while (!closing.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() throws InterruptedException {
    try (Source source = sources.get()) {
      do {
        newest = settled(source.read());
      } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      // Errors must not end the thread either: with an outdated reading the backlog would grow.
      newest = null;
      health.failing("backlog", "cannot read the workers' lag: " + e);
    }
  }

  /**
   * Returns no reading for a while after a change of the partitions, because what is fed might go
   * to the old ones.
   */
  private @Nullable Reading settled(Reading reading) {
    long now = nanoTime.getAsLong();
    int count = reading.unread().size();
    if (partitions != 0 && count != partitions) {
      settling = true;
      changedNanos = now;
      health.failing(
          "partitions",
          "send-requests has %d partitions instead of %d: nothing is fed for %d s"
              .formatted(count, partitions, SETTLES.toSeconds()));
    }
    partitions = count;
    if (settling && now - changedNanos >= SETTLES.toNanos()) {
      settling = false;
      health.working("partitions");
    }
    return settling ? null : reading;
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
