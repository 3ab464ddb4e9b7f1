package dev.sluice.producer;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.quota.WorkerLag;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.runtime.ClockProbe;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.SteadyClock;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.WarmUp;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseProbe;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaProbe;
import dev.sluice.runtime.kafka.RefusedRecords;
import dev.sluice.runtime.kafka.StreamsApplication;
import dev.sluice.runtime.kafka.StreamsWatchdog;
import dev.sluice.schema.Control;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * The producer: fans campaigns out from {@code campaign-commands} to {@code send-requests}.
 *
 * <p>It is a Kafka Streams application with {@code exactly_once_v2}. A campaign's cursor is an
 * entry of its store and commits together with the page of requests that it covers, so that a page
 * repeated after a crash leaves no visible duplicate.
 */
public final class FanOut implements AutoCloseable {
  private final Closer closer = new Closer();

  /** Less than the session timeout, after which the successor begins; Streams' own is 10 s. */
  private static final int TRANSACTION_TIMEOUT_MS = 5_000;

  private final StreamsApplication streams;

  /** Starts the producer. It retries what it cannot reach and reports that to {@code health}. */
  public FanOut(FanOutConfig config, Health health, MeterRegistry meters) {
    try {
      streams = start(config, health, meters);
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  private StreamsApplication start(FanOutConfig config, Health health, MeterRegistry meters) {
    // One more connection than the tasks use, for the probe.
    Database database =
        closer.register(
            new Database(
                config.database(),
                2 * DatabaseTasks.PLACES + 1,
                "producer",
                meters,
                Database.Timeouts.SHORT));
    closer.register(DatabaseProbe.of(database, config.database(), health));
    closer.register(KafkaProbe.of(config.kafka(), health));
    closer.register(ClockProbe.start(health));
    WorkerLag backlog = closer.register(new WorkerLag(config.kafka(), health, meters));
    ControlsView controls = closer.register(new ControlsView(config.kafka(), health, meters));
    ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    closer.register(tasks::shutdownNow);
    InstantSource steady = new SteadyClock(Ticker.SYSTEM);
    FanOutRepositories sql =
        FanOutRepositories.of(database.sql(), InstantSource.system(), steady, config.cap());
    Gauge.builder("sluice.producer.lag", backlog, FanOut::lag)
        .description("Requests that are queued for the workers and not done")
        .register(meters);
    closer.register(BlockedSenders.follow(controls, meters));
    FanOutProcessors processors =
        new FanOutProcessors(
            config,
            () ->
                FanOutRepositories.of(database.sql(), InstantSource.system(), steady, config.cap()),
            backlog,
            controls::find,
            tasks,
            Ticker.SYSTEM,
            health,
            meters);
    closer.register(
        WarmUp.repeated(
            "fan-out",
            health,
            Ticker.SYSTEM,
            () -> {
              // Whoever feeds already would only be delayed.
              if (!processors.opened()) {
                sql.rehearse();
                new Rehearsal(config, sql).run();
              }
            }));
    StreamsWatchdog watchdog = new StreamsWatchdog(Ticker.SYSTEM, health);
    return closer.register(
        new StreamsApplication(
            config.kafka(),
            config.kafka().topics().producerGroup(),
            FanOutTopology.of(
                config.kafka().topics(), processors.meters(), watchdog.over(processors)),
            watchdog,
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                // Its successor waits for the end of the transaction that a dead producer left
                // open.
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                TRANSACTION_TIMEOUT_MS,
                RefusedRecords.LISTENER,
                processors.tooLarge()),
            health,
            meters));
  }

  private static double lag(LaneBacklog backlog) {
    LaneBacklog.Reading newest = backlog.newest();
    return newest == null ? Double.NaN : newest.total();
  }

  /**
   * Returns what Kafka Streams runs of it, over other tables and with other clocks: for
   * simulations.
   *
   * @param sql creates the repositories of a task
   * @param controls returns the newest known control of a key
   * @param executor runs database tasks
   */
  public static ProcessorSupplier<byte[], byte[], byte[], byte[]> processors(
      FanOutConfig config,
      Supplier<FanOutRepositories> sql,
      LaneBacklog backlog,
      Function<String, Control> controls,
      Executor executor,
      Ticker ticker,
      Health health,
      MeterRegistry meters) {
    return new FanOutProcessors(config, sql, backlog, controls, executor, ticker, health, meters);
  }

  /** Returns whether it is running and owns its partitions. */
  public boolean running() {
    return streams.running();
  }

  @Override
  public void close() {
    closer.close();
  }
}
