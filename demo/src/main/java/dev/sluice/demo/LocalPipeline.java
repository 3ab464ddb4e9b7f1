package dev.sluice.demo;

import dev.sluice.aggregator.StatusAggregator;
import dev.sluice.aggregator.StatusAggregatorConfig;
import dev.sluice.cli.HealthEndpoint;
import dev.sluice.cli.WorkerCommand;
import dev.sluice.console.Console;
import dev.sluice.local.Infrastructure;
import dev.sluice.local.TestEnvironment;
import dev.sluice.producer.FanOut;
import dev.sluice.producer.FanOutConfig;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** All services in this process. */
public final class LocalPipeline implements AutoCloseable {
  private final Closer closer = new Closer();
  private final Health health;
  private final FanOut fanOut;
  private final StatusAggregator aggregator;
  private final List<Worker> workers = new ArrayList<>();
  private final Console console;

  /**
   * Starts the services.
   *
   * @throws RuntimeException if one does not start; none is left running then
   */
  public LocalPipeline(LocalPipelineConfig config, Health health, PrometheusMeterRegistry meters) {
    KafkaConfig kafka = config.kafka();
    this.health = health;
    try {
      aggregator =
          closer.register(
              new StatusAggregator(
                  StatusAggregatorConfig.of(kafka, config.as(ServiceRole.AGGREGATOR))
                      .withFlushInterval(config.flushInterval())
                      .withTraces(config.traces()),
                  health,
                  meters));
      for (int i = 1; i <= config.workers(); i++) {
        WorkerConfig worker = WorkerConfig.of(kafka, "worker-" + i).withTraces(config.traces());
        workers.add(
            closer.register(
                new Worker(
                    worker,
                    WorkerCommand.providers(
                        Optional.of(config.provider()),
                        config.others(),
                        worker.maxInFlight(),
                        false),
                    health,
                    meters)));
      }
      FanOutConfig producer =
          FanOutConfig.of(kafka, config.as(ServiceRole.PRODUCER)).withTraces(config.traces());
      fanOut = closer.register(new FanOut(producer, health, meters));
      console =
          closer.register(
              new Console(
                  config.console().withWhatsApp(config.provider()),
                  health,
                  meters,
                  settings -> HealthEndpoint.add(settings, health, meters)));
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  /**
   * Creates the tables, roles and topics that the services need, as {@code sluice migrate} does.
   */
  static void migrate(Infrastructure servers, KafkaConfig kafka, int lanePartitions)
      throws SQLException, ExecutionException, InterruptedException {
    Migration.migrateTables(
        servers.database("sluice_owner", "sluice"), TestEnvironment.APP, servers.passwords());
    Migration.createTopics(kafka, lanePartitions, Optional.of((short) 1));
  }

  /**
   * Returns whether all services have joined their groups and every lane partition has an owner.
   */
  public boolean ready(int lanePartitions) {
    return health.problems().isEmpty()
        && fanOut.running()
        && aggregator.running()
        && workers.stream().allMatch(worker -> worker.partitions() > 0)
        && workers.stream().mapToInt(Worker::partitions).sum() == lanePartitions;
  }

  public int consolePort() {
    return console.port();
  }

  @Override
  public void close() {
    closer.close();
  }
}
