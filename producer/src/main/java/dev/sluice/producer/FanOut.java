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
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The producer: fans campaigns out from {@code campaign-commands} to {@code send-requests}.
 *
 * <p>It is a Kafka Streams application with {@code exactly_once_v2}. A campaign's cursor is an
 * entry of its store and commits together with the page of requests that it covers, so that a page
 * repeated after a crash leaves no visible duplicate.
 */
public final class FanOut implements AutoCloseable {
  private static final int WARM_UP_REQUESTS = 500;

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
    WarmUp.of("fan-out", health, () -> warmUp(sql));
    FanOutTick.Surroundings around =
        FanOutTick.Surroundings.of(
            database.sql(),
            backlog,
            controls::find,
            config,
            tasks,
            InstantSource.system(),
            steady,
            health,
            meters);
    OutputMeters outputMeters = new OutputMeters(meters);
    StreamsWatchdog watchdog = new StreamsWatchdog(Ticker.SYSTEM, health);
    return closer.register(
        new StreamsApplication(
            config.kafka(),
            config.kafka().topics().producerGroup(),
            FanOutTopology.of(
                config.kafka().topics(),
                outputMeters,
                watchdog.over(() ->
                    new FanOutProcessor(
                        config.kafka().topics(),
                        InstantSource.system(),
                        steady,
                        outputMeters,
                        config.traces(),
                        (fanOuts, events, output) ->
                            FanOutTick.of(around, fanOuts, events, output)))),
            watchdog,
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                // Its successor waits for the end of the transaction that a dead producer left
                // open.
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                TRANSACTION_TIMEOUT_MS,
                RefusedRecords.LISTENER,
                around.tooLarge()),
            health,
            meters));
  }

  private static double lag(LaneBacklog backlog) {
    LaneBacklog.Reading newest = backlog.newest();
    return newest == null ? Double.NaN : newest.total();
  }

  /** Loads classes by reading a campaign that cannot exist and rendering an unsent request. */
  private static void warmUp(FanOutRepositories sql) {
    UUID nobody = new UUID(0, 0);
    sql.rehearse();
    MessageTemplate template =
        new MessageTemplate(Json.MAPPER.readTree("{\"type\":\"text\",\"text\":[\"{{name}}\"]}"));
    for (int i = 0; i < WARM_UP_REQUESTS; i++) {
      if (template.render(Map.of("name", "nobody"))
          instanceof MessageTemplate.Complete(var body, _)) {
        Json.write(
            new SendRequest(
                i,
                nobody,
                1,
                new SendRequest.Sender("nobody", "none", "nowhere"),
                0,
                1,
                "+0",
                body,
                OnDoubt.HOLD,
                0,
                null));
      }
    }
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
