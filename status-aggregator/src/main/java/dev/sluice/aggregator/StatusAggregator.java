package dev.sluice.aggregator;

import dev.sluice.aggregator.rows.ResultRows;
import dev.sluice.runtime.ClockProbe;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.SteadyClock;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.WarmUp;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseProbe;
import dev.sluice.runtime.kafka.KafkaProbe;
import dev.sluice.runtime.kafka.StreamsApplication;
import dev.sluice.runtime.kafka.StreamsWatchdog;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * The status aggregator: collects {@code send-results} per campaign and writes rows and counters in
 * one statement per batch.
 *
 * <p>It reads at least once, which is sufficient because writing is idempotent: a status only
 * rises.
 */
public final class StatusAggregator implements AutoCloseable {
  /**
   * A stream thread takes part in a rebalance only when it polls; until then the partitions of
   * another have no owner. Without room it waits {@link BatchProcessor#LONGEST_WAIT} per record, so
   * at most 30 s between two polls, a tenth of max.poll.interval.ms.
   */
  static final int RECORDS_A_POLL = 100;

  /**
   * The time between two commits, ms. Most results are in PostgreSQL by then, and the changelog is
   * told of their removal only.
   */
  private static final int COMMITS_EVERY_MS = 500;

  /**
   * A fetch waits until there are this many bytes, compressed, or for the time below. Otherwise
   * each of the workers' transactions, up to 50 a second, would cost a fetch.
   */
  private static final int BYTES_A_FETCH = 64 * 1024;

  /** A part of the time from the last response to the completed campaign, ms. */
  private static final int LONGEST_FETCH_MS = 50;

  /** Memory for the results between two commits, bytes; they take about 500 each. */
  private static final int CACHE_BYTES = 16 * 1024 * 1024;

  private static final Duration STOP_WITHIN = Duration.ofSeconds(3);

  private final Closer closer = new Closer();
  private final ExecutorService flushing = Executors.newVirtualThreadPerTaskExecutor();
  private final StreamsApplication streams;
  private volatile boolean stopping;

  /** Starts the aggregator. It retries what it cannot reach and reports that to {@code health}. */
  public StatusAggregator(StatusAggregatorConfig config, Health health, MeterRegistry meters) {
    try {
      streams = start(config, health, meters);
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  private StreamsApplication start(
      StatusAggregatorConfig config, Health health, MeterRegistry meters) {
    // One more connection than flushes use, for the probe.
    Database database =
        closer.register(
            new Database(
                config.database(),
                2 * BatchProcessors.FLUSHES_AT_ONCE + 1,
                "status-aggregator",
                meters,
                Database.Timeouts.SHORT));
    closer.register(DatabaseProbe.of(database, config.database(), health));
    closer.register(KafkaProbe.of(config.kafka(), health));
    closer.register(ClockProbe.start(health));
    closer.register(this::endFlushes);
    StatusStatement statement = new StatusStatement(database.sql());
    WarmUp.of("status-aggregator", health, () -> warmUp(statement));
    BatchProcessors processors =
        new BatchProcessors(
            config,
            statement,
            flushing,
            new SteadyClock(Ticker.SYSTEM),
            health,
            meters,
            () -> stopping);
    StreamsWatchdog watchdog = new StreamsWatchdog(Ticker.SYSTEM, health);
    return closer.register(
        new StreamsApplication(
            config.kafka(),
            config.kafka().topics().statusAggregatorGroup(),
            AggregatorTopology.of(config.kafka().topics(), watchdog.over(processors)),
            watchdog,
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.AT_LEAST_ONCE,
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
                RECORDS_A_POLL,
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG),
                BYTES_A_FETCH,
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG),
                LONGEST_FETCH_MS,
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                COMMITS_EVERY_MS,
                StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG,
                CACHE_BYTES),
            health,
            meters));
  }

  /**
   * Returns what Kafka Streams runs of it, over other rows and with other clocks: for simulations.
   *
   * @param executor runs writes
   * @param steady a clock that does not jump
   */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> processors(
      StatusAggregatorConfig config,
      ResultRows rows,
      Executor executor,
      InstantSource steady,
      Health health,
      MeterRegistry meters) {
    return new BatchProcessors(config, rows, executor, steady, health, meters, () -> false);
  }

  private static void warmUp(StatusStatement statement) {
    statement.read(new UUID(0, 0));
    statement.rehearse();
  }

  /** Returns whether it is running and owns its partitions. */
  public boolean running() {
    return streams.running();
  }

  @Override
  public void close() {
    stopping = true;
    closer.close();
  }

  /** Ends the flushes. Results not written yet are in the store; the next owner writes them. */
  private void endFlushes() {
    flushing.shutdown();
    try {
      if (!flushing.awaitTermination(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        flushing.shutdownNow();
      }
    } catch (InterruptedException e) {
      flushing.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
