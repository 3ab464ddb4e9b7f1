package dev.sluice.benchmark.simulation;

import dev.sluice.aggregator.StatusAggregator;
import dev.sluice.aggregator.StatusAggregatorConfig;
import dev.sluice.benchmark.simulation.Schedule.Fault;
import dev.sluice.benchmark.simulation.SimProvider.Behaviour;
import dev.sluice.benchmark.simulation.SimProvider.Mood;
import dev.sluice.benchmark.simulation.Tables.Trouble;
import dev.sluice.benchmark.simulation.Truth.Message;
import dev.sluice.producer.FanOut;
import dev.sluice.producer.FanOutConfig;
import dev.sluice.producer.sql.CampaignRepository.Sender;
import dev.sluice.producer.sql.DailyLimit;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.sql.FrequencyCaps;
import dev.sluice.producer.sql.RecipientZones;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.SteadyClock;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.LaneRates;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import dev.sluice.worker.RetryPolicy;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** One run of a schedule: real services on simulated machines, broker, tables and provider. */
final class Simulation {
  /** The time after the last fault at which operators begin to repair what only they can. */
  private static final Duration RESPITE = Duration.ofSeconds(2);

  private static final Duration OPERATOR = Duration.ofSeconds(3);

  /** The time by which every recipient must be settled. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private static final Duration WORKERS_TRANSACTION = Duration.ofSeconds(8);

  /** Smaller and more often than usual, so that short runs have several. */
  private static final int FLUSH_SIZE = 10;

  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(2);
  private static final Duration USUAL_STATEMENT = Duration.ofMillis(30);
  private static final Duration SLOW_STATEMENT = Duration.ofMillis(1_200);
  private static final DatabaseConfig NO_DATABASE = new DatabaseConfig("none", "nobody", null);

  /** Limits, caps and zones that no campaign has ask nothing. */
  private static final DSLContext NO_SQL = DSL.using(SQLDialect.POSTGRES);

  private final Schedule schedule;
  private final Kernel kernel;
  private final Topics topics = new Topics("");
  private final Broker broker;
  private final Network network;
  private final Truth truth;
  private final Tables tables;
  private final Operator operator;
  private final List<Replica> producers;
  private final List<Replica> aggregators;
  private final Mood mood = new Mood();
  private final List<Node> nodes = new ArrayList<>();
  private int writtenVersion = -1;
  private int writtenResults = -1;
  private boolean allWritten;

  /** A worker's place in the fleet, with the process that currently runs there. */
  private static final class Node {
    private final String name;
    private SimProcess process;
    private @Nullable Worker worker;

    private Node(String name, SimProcess process) {
      this.name = name;
      this.process = process;
    }
  }

  /** A place of a service that runs on Kafka Streams, with the process that runs there. */
  private final class Replica {
    private final String name;
    private final Application application;
    private final Function<SimProcess, ProcessorSupplier<byte[], byte[], byte[], byte[]>> service;
    private SimProcess process;

    private Replica(
        String name,
        Application application,
        Function<SimProcess, ProcessorSupplier<byte[], byte[], byte[], byte[]>> service) {
      this.name = name;
      this.application = application;
      this.service = service;
      process = new SimProcess(name, kernel);
    }

    private void start() {
      process.kill();
      SimProcess begun = new SimProcess(name, kernel);
      process = begun;
      begun.start(() ->
          new StreamThread(kernel, broker, network, begun, application, service.apply(begun))
              .run());
    }
  }

  /**
   * The figures of a run.
   *
   * @param steps events
   * @param launched messages
   * @param seconds simulated time, s
   */
  record Outcome(long steps, int launched, double seconds) {}

  Simulation(Schedule schedule, @Nullable Consumer<String> trace) {
    this.schedule = schedule;
    kernel = new Kernel(schedule.seed(), trace);
    network = new Network(kernel);
    broker = new Broker(kernel, network);
    broker.create(topics.sendRequests(), schedule.partitions());
    for (String topic :
        List.of(
            topics.sendResults(),
            topics.returnedRequests(),
            topics.controls(),
            topics.campaignCommands(),
            topics.campaignEvents(),
            topics.deadLetters())) {
      broker.create(topic, 1);
    }
    Set<TopicPartition> served = new LinkedHashSet<>();
    for (int partition = 0; partition < schedule.partitions(); partition++) {
      TopicPartition one = new TopicPartition(topics.sendRequests(), partition);
      served.add(one);
      broker.commit(one, new OffsetAndMetadata(0, "v1"));
    }
    workers().serve(served);
    Application producer = Application.producer(topics, schedule.partitions());
    Application aggregator = Application.aggregator(topics);
    for (Application application : List.of(producer, aggregator)) {
      broker.group(application.group()).serve(Set.copyOf(application.partitionsRead()));
      application.stores().forEach(store -> broker.create(ChangelogStore.changelog(store), 1));
    }
    truth = new Truth(kernel, broker, topics);
    broker.observe(truth);
    CommittedWindows windows = new CommittedWindows(broker, served, truth);
    kernel.afterEachStep(() -> {
      truth.readControls();
      windows.check();
      truth.requireWrittenOnce();
      truth.requireBoundedBacklog();
    });
    tables = new Tables(kernel::violated);
    operator = new Operator(broker, topics, tables);
    producers = replicas("p", producer, this::producer);
    aggregators = replicas("a", aggregator, this::aggregator);
  }

  private Group workers() {
    return broker.group(topics.workerGroup());
  }

  private List<Replica> replicas(
      String name,
      Application application,
      Function<SimProcess, ProcessorSupplier<byte[], byte[], byte[], byte[]>> service) {
    return IntStream.range(0, 1 + kernel.random().nextInt(2))
        .mapToObj(number -> new Replica(name + number, application, service))
        .toList();
  }

  private ProcessorSupplier<byte[], byte[], byte[], byte[]> producer(SimProcess process) {
    KafkaConfig kafka = new KafkaConfig("simulated", topics, Map.of(), clients(process));
    Machine machine = process.machine();
    Health health = new Health();
    MeterRegistry meters = new CompositeMeterRegistry();
    ControlsView controls = new ControlsView(kafka, health, meters, machine);
    InstantSource clock = machine.ticker()::now;
    InstantSource steady = new SteadyClock(machine.ticker());
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
        new Backlog(kernel, broker, process, workers().partitions()),
        controls::find,
        statements(process),
        machine.ticker(),
        health,
        meters);
  }

  private ProcessorSupplier<byte[], byte[], byte[], byte[]> aggregator(SimProcess process) {
    KafkaConfig kafka = new KafkaConfig("simulated", topics, Map.of(), clients(process));
    return StatusAggregator.processors(
        new StatusAggregatorConfig(kafka, NO_DATABASE, FLUSH_SIZE, FLUSH_INTERVAL, 100_000),
        tables,
        statements(process),
        new SteadyClock(process.machine().ticker()),
        new Health(),
        new CompositeMeterRegistry());
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

  /** Runs it to its end. */
  Outcome run() {
    try {
      return runToEnd();
    } finally {
      nodes.forEach(node -> node.process.kill());
      producers.forEach(replica -> replica.process.kill());
      aggregators.forEach(replica -> replica.process.kill());
    }
  }

  private Outcome runToEnd() {
    for (int number = 0; number < schedule.workers(); number++) {
      Node node = new Node("w" + number, new SimProcess("w" + number, kernel));
      nodes.add(node);
      start(node);
    }
    producers.forEach(Replica::start);
    aggregators.forEach(Replica::start);
    begin();
    schedule.faults().forEach(fault -> kernel.at(fault.atNanos(), () -> strike(fault)));
    long endNanos = schedule.endNanos();
    kernel.at(
        endNanos,
        () -> {
          nodes.forEach(node -> node.process.thaw());
          producers.forEach(replica -> replica.process.thaw());
          aggregators.forEach(replica -> replica.process.thaw());
          kernel.after(RESPITE, () -> kernel.every(OPERATOR, this::heal));
        });
    while (kernel.nowNanos() < endNanos || !quiet()) {
      if (kernel.nowNanos() > PATIENCE.toNanos()) {
        throw new Violation(
            "not settled: "
                + tables
                + "unwritten "
                + truth.unwritten(tables)
                + ", unannounced "
                + tables.ids().stream()
                    .filter(id -> !truth.isAnnounced(id, tables.end(id)))
                    .toList()
                + ", windows "
                + workers().partitions().stream()
                    .map(one -> broker.committed(one) + " of " + broker.log(one).end())
                    .toList());
      }
      kernel.step();
    }
    truth.requireHonest(tables);
    return new Outcome(kernel.steps(), truth.launched(), kernel.nowNanos() / 1e9);
  }

  private void begin() {
    int count = kernel.random().nextInt(1, 4);
    List<Sender> senders = List.of(sender("a"), sender("b"));
    senders.forEach(tables::add);
    for (int number = 0; number < count; number++) {
      Sender sender = senders.get(kernel.random().nextInt(senders.size()));
      // The producer has names of its own among those that begin with 0.
      UUID id = new UUID(1, number);
      OnDoubt onDoubt = kernel.chance(0.2) ? OnDoubt.RESEND : OnDoubt.HOLD;
      int recipients = 1 + kernel.random().nextInt(most(sender));
      kernel.at(
          kernel.random().nextLong(Schedule.ACTIVE.toNanos() / 4),
          () -> {
            kernel.trace(() -> "begin " + id);
            operator.begin(id, sender.identity().id(), onDoubt, recipients);
          });
    }
  }

  /** Returns the most recipients of a campaign: without faults all are sent to in this time. */
  private int most(Sender sender) {
    double inTime = sender.rates().ratePerSecond() * Schedule.ACTIVE.toSeconds();
    return (int) Math.min(schedule.mostRecipients(), inTime);
  }

  private Sender sender(String id) {
    int lanes = kernel.random().nextInt(1, 3);
    int ofLane =
        kernel.chance(0.1) ? kernel.random().nextInt(80, 400) : kernel.random().nextInt(1, 20);
    return new Sender(
        new SendRequest.Sender(id, "whatsapp", "1"),
        new LaneRates((double) lanes * ofLane, lanes),
        null,
        null);
  }

  private void start(Node node) {
    // Faults overlap, and two processes of the same name would only fence each other.
    node.process.kill();
    SimProcess process = new SimProcess(node.name, kernel);
    node.process = process;
    process.start(() -> {
      KafkaConfig kafka = new KafkaConfig("simulated", topics, Map.of(), clients(process));
      WorkerConfig config =
          new WorkerConfig(kafka, node.name, 50, Duration.ofMillis(2_500), RetryPolicy.DEFAULT);
      SimProvider provider = new SimProvider(kernel, process, truth, mood, this::taken);
      node.worker =
          new Worker(
              config,
              Map.of("whatsapp", provider),
              new Health(),
              new CompositeMeterRegistry(),
              process.machine());
    });
  }

  private KafkaClients clients(SimProcess process) {
    return new KafkaClients() {
      @Override
      public org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer(
          Map<String, Object> settings) {
        process.requireAlive();
        return new SimConsumer(
            kernel,
            broker,
            network,
            process,
            String.valueOf(settings.get(ConsumerConfig.GROUP_ID_CONFIG)));
      }

      @Override
      public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        process.requireAlive();
        return new SimProducer(
            broker,
            network,
            process,
            String.valueOf(settings.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG)),
            WORKERS_TRANSACTION);
      }

      @Override
      public StablePlaces places(KafkaConfig kafka) {
        return new SimPlaces(broker, network, process);
      }

      @Override
      public Meters meters(
          org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer,
          MeterRegistry registry) {
        return () -> {};
      }

      @Override
      public Meters meters(Producer<byte[], byte[]> producer, MeterRegistry registry) {
        return () -> {};
      }
    };
  }

  private void taken(Message message) {
    if (kernel.chance(0.7)) {
      kernel.at(
          kernel.nowNanos() + kernel.between(Duration.ofMillis(20), Duration.ofSeconds(3)),
          () -> operator.receipt(message));
    }
  }

  private void strike(Fault fault) {
    kernel.trace(fault::toString);
    Node node = nodes.get(fault.target() % nodes.size());
    switch (fault.kind()) {
      case KILL -> {
        node.process.kill();
        later(fault, () -> start(node));
      }
      case FREEZE -> {
        SimProcess process = node.process;
        process.freeze();
        later(fault, process::thaw);
      }
      case STOP -> {
        stop(node);
        later(fault, () -> start(node));
      }
      case JOIN -> {
        Node further = new Node("w" + nodes.size(), new SimProcess("none", kernel));
        nodes.add(further);
        start(further);
        later(fault, () -> stop(further));
      }
      case MOVE -> {
        List<TopicPartition> all = workers().partitions();
        workers()
            .move(
                all.get(fault.target() % all.size()),
                nodes.get(fault.target() / 7 % nodes.size()).name);
      }
      case LOSE -> {
        network.lose(0.02 + fault.target() % 100 / 250.0);
        later(fault, () -> network.lose(0));
      }
      case LEAP -> node.process.setWallClock(Duration.ofSeconds(fault.target() - 500));
      case PROVIDER -> {
        Behaviour[] all = Behaviour.values();
        mood.set(all[fault.target() % all.length]);
        later(fault, () -> mood.set(Behaviour.TAKES));
      }
      case PAUSE ->
          campaign(
              fault,
              id -> {
                operator.command(CampaignCommand.Action.PAUSE, id);
                later(fault, () -> operator.command(CampaignCommand.Action.RESUME, id));
              });
      case CANCEL -> campaign(fault, id -> operator.command(CampaignCommand.Action.CANCEL, id));
      case RESEND -> campaign(fault, operator::resend);
      case REFUSE -> {
        broker.refuse(share(fault));
        later(fault, () -> broker.refuse(0));
      }
      case UNKNOWN -> {
        network.loseCommits(share(fault));
        later(fault, () -> network.loseCommits(0));
      }
      case DATABASE -> {
        tables.set(fault.target() % 2 == 0 ? Trouble.AWAY : Trouble.BREAKS);
        later(fault, () -> tables.set(Trouble.NONE));
      }
      case KILL_PRODUCER -> kill(producers, fault);
      case FREEZE_PRODUCER -> freeze(producers, fault);
      case KILL_AGGREGATOR -> kill(aggregators, fault);
      case FREEZE_AGGREGATOR -> freeze(aggregators, fault);
      case MOVE_TASK -> moveTask(fault.target() % 2 == 0 ? producers : aggregators, fault);
    }
  }

  private void kill(List<Replica> replicas, Fault fault) {
    Replica replica = replicas.get(fault.target() % replicas.size());
    replica.process.kill();
    later(fault, replica::start);
  }

  private void moveTask(List<Replica> replicas, Fault fault) {
    Replica to = replicas.get(fault.target() / 2 % replicas.size());
    broker.group(to.application.group()).move(to.application.partitionsRead().getFirst(), to.name);
  }

  private void freeze(List<Replica> replicas, Fault fault) {
    SimProcess process = replicas.get(fault.target() % replicas.size()).process;
    process.freeze();
    later(fault, process::thaw);
  }

  private static double share(Fault fault) {
    return 0.1 + fault.target() / 1_000.0;
  }

  private void campaign(Fault fault, Consumer<UUID> action) {
    List<UUID> all = tables.ids();
    if (!all.isEmpty()) {
      action.accept(all.get(fault.target() % all.size()));
    }
  }

  private void later(Fault fault, Runnable action) {
    kernel.after(
        Duration.ofNanos(fault.forNanos()),
        () -> {
          kernel.trace(() -> "end of " + fault);
          action.run();
        });
  }

  private static void stop(Node node) {
    Worker worker = node.worker;
    if (worker != null && node.process.alive()) {
      node.process.start(worker::close);
    }
  }

  /** Ends all faults and does what only operators can do. */
  private void heal() {
    network.lose(0);
    network.loseCommits(0);
    broker.refuse(0);
    tables.set(Trouble.NONE);
    mood.set(Behaviour.TAKES);
    operator.repair();
  }

  /**
   * Returns whether every campaign has ended, as was announced, every window is empty and every
   * result written.
   */
  private boolean quiet() {
    return tables.ended()
        && workers().partitions().stream()
            .allMatch(one -> {
              OffsetAndMetadata committed = broker.committed(one);
              return committed != null
                  && committed.offset() == broker.log(one).end()
                  && committed.metadata().equals("v1");
            })
        && everyResultIsWritten()
        && tables.ids().stream().allMatch(id -> truth.isAnnounced(id, tables.end(id)));
  }

  private boolean everyResultIsWritten() {
    if (writtenVersion != tables.version() || writtenResults != truth.results()) {
      writtenVersion = tables.version();
      writtenResults = truth.results();
      allWritten = truth.unwritten(tables) == null;
    }
    return allWritten;
  }
}
