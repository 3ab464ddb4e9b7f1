package dev.sluice.benchmark.simulation;

import dev.sluice.aggregator.StatusAggregator;
import dev.sluice.aggregator.StatusAggregatorConfig;
import dev.sluice.benchmark.simulation.Truth.Message;
import dev.sluice.producer.FanOut;
import dev.sluice.producer.FanOutConfig;
import dev.sluice.producer.sql.DailyLimit;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.sql.FrequencyCaps;
import dev.sluice.producer.sql.RecipientZones;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.SteadyClock;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.worker.RetryPolicy;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** The real services, on simulated machines. */
final class Services {
  /** Smaller and more often than usual, so that short runs have several. */
  private static final int FLUSH_SIZE = 10;

  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(2);
  private static final Duration USUAL_STATEMENT = Duration.ofMillis(30);
  private static final Duration SLOW_STATEMENT = Duration.ofMillis(1_200);
  private static final DatabaseConfig NO_DATABASE = new DatabaseConfig("none", "nobody", null);

  /** Limits, caps and zones that no campaign has ask nothing. */
  private static final DSLContext NO_SQL = DSL.using(SQLDialect.POSTGRES);

  private final World world;
  private final Kernel kernel;

  Services(World world) {
    this.world = world;
    kernel = world.kernel();
  }

  void runWorker(SimProcess process, Consumer<Runnable> running) {
    WorkerConfig config =
        new WorkerConfig(
            kafka(process), process.name(), 50, Duration.ofMillis(2_500), RetryPolicy.DEFAULT);
    SimProvider provider =
        new SimProvider(kernel, process, world.truth(), world.mood(), this::taken);
    Worker worker =
        new Worker(
            config,
            Map.of("whatsapp", provider),
            new Health(),
            new CompositeMeterRegistry(),
            process.machine());
    running.accept(worker::close);
  }

  private void taken(Message message) {
    if (kernel.chance(0.7)) {
      kernel.at(
          kernel.nowNanos() + kernel.between(Duration.ofMillis(20), Duration.ofSeconds(3)),
          () -> world.operator().receipt(message));
    }
  }

  void runProducer(SimProcess process) {
    run(process, world.producer(), this::producer);
  }

  void runAggregator(SimProcess process) {
    run(process, world.aggregator(), this::aggregator);
  }

  private void run(
      SimProcess process,
      Application application,
      Function<SimProcess, ProcessorSupplier<byte[], byte[], byte[], byte[]>> processors) {
    new StreamThread(
            kernel,
            world.broker(),
            world.network(),
            process,
            application,
            processors.apply(process))
        .run();
  }

  private ProcessorSupplier<byte[], byte[], byte[], byte[]> producer(SimProcess process) {
    KafkaConfig kafka = kafka(process);
    Machine machine = process.machine();
    Health health = new Health();
    MeterRegistry meters = new CompositeMeterRegistry();
    ControlsView controls = new ControlsView(kafka, health, meters, machine);
    InstantSource clock = machine.ticker()::now;
    InstantSource steady = new SteadyClock(machine.ticker());
    Tables tables = world.tables();
    return FanOut.processors(
        new FanOutConfig(kafka, NO_DATABASE, Truth.HORIZON, 50),
        () ->
            new FanOutRepositories(
                tables,
                tables,
                tables,
                new RecipientZones(NO_SQL),
                tables.new Resends(),
                new DailyLimit(NO_SQL, clock, steady),
                new FrequencyCaps(NO_SQL, clock, null)),
        new Backlog(kernel, world.broker(), process, world.requests()),
        controls::find,
        statements(process),
        machine.ticker(),
        health,
        meters);
  }

  private ProcessorSupplier<byte[], byte[], byte[], byte[]> aggregator(SimProcess process) {
    return StatusAggregator.processors(
        new StatusAggregatorConfig(
            kafka(process), NO_DATABASE, FLUSH_SIZE, FLUSH_INTERVAL, 100_000),
        world.tables(),
        statements(process),
        new SteadyClock(process.machine().ticker()),
        new Health(),
        new CompositeMeterRegistry());
  }

  private KafkaConfig kafka(SimProcess process) {
    return new KafkaConfig("simulated", world.topics(), Map.of(), new SimClients(world, process));
  }

  /**
   * Returns an executor of work on the database. What was on its way when its process died may
   * still be done.
   */
  private Executor statements(SimProcess process) {
    return statement -> {
      process.requireAlive();
      Duration most = kernel.chance(0.05) ? SLOW_STATEMENT : USUAL_STATEMENT;
      kernel.at(
          kernel.nowNanos() + kernel.between(Duration.ofMillis(1), most),
          () -> {
            if (process.alive() || kernel.chance(0.5)) {
              statement.run();
            }
          });
    };
  }
}
