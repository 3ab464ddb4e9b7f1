package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Schedule.Fault;
import dev.sluice.benchmark.simulation.SimProvider.Behaviour;
import dev.sluice.benchmark.simulation.SimProvider.Mood;
import dev.sluice.benchmark.simulation.Truth.Message;
import dev.sluice.benchmark.simulation.Upstream.Campaign;
import dev.sluice.producer.sql.CampaignRepository.Sender;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Control;
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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One run of a schedule: real workers on a simulated machine, broker and provider. */
final class Simulation {
  /** The time after the last fault at which operators begin to repair what only they can. */
  private static final Duration RESPITE = Duration.ofSeconds(2);

  private static final Duration OPERATOR = Duration.ofSeconds(3);

  /** The time by which every recipient must be settled. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private final Schedule schedule;
  private final Kernel kernel;
  private final Topics topics = new Topics("");
  private final Broker broker;
  private final Network network;
  private final Truth truth;
  private final Upstream upstream;
  private final Mood mood = new Mood();
  private final List<Node> nodes = new ArrayList<>();

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
            topics.deadLetters())) {
      broker.create(topic, 1);
    }
    Set<TopicPartition> served = new LinkedHashSet<>();
    for (int partition = 0; partition < schedule.partitions(); partition++) {
      TopicPartition one = new TopicPartition(topics.sendRequests(), partition);
      served.add(one);
      broker.commit(one, new OffsetAndMetadata(0, "v1"));
    }
    broker.group().serve(served);
    truth = new Truth(kernel, broker, topics);
    broker.observe(truth);
    CommittedWindows windows = new CommittedWindows(broker, served, truth);
    kernel.afterEachStep(() -> {
      windows.check();
      truth.requireBoundedBacklog();
    });
    upstream = new Upstream(kernel, broker, topics, schedule.partitions());
  }

  /** Runs it to its end. */
  Outcome run() {
    try {
      return runToEnd();
    } finally {
      nodes.forEach(node -> node.process.kill());
    }
  }

  private Outcome runToEnd() {
    for (int number = 0; number < schedule.workers(); number++) {
      Node node = new Node("w" + number, new SimProcess("w" + number, kernel));
      nodes.add(node);
      start(node);
    }
    begin();
    schedule.faults().forEach(fault -> kernel.at(fault.atNanos(), () -> strike(fault)));
    long endNanos = schedule.endNanos();
    kernel.at(
        endNanos,
        () -> {
          nodes.forEach(node -> node.process.thaw());
          kernel.after(RESPITE, () -> kernel.every(OPERATOR, this::heal));
        });
    while (kernel.nowNanos() < endNanos || !quiet()) {
      if (kernel.nowNanos() > PATIENCE.toNanos()) {
        throw new Violation(
            "not settled: "
                + upstream.unsettled()
                + ", windows "
                + broker.group().partitions().stream()
                    .map(one -> broker.committed(one) + " of " + broker.log(one).end())
                    .toList());
      }
      kernel.step();
    }
    truth.requireHonest(upstream);
    return new Outcome(kernel.steps(), truth.launched(), kernel.nowNanos() / 1e9);
  }

  private void begin() {
    int count = kernel.random().nextInt(1, 4);
    List<Sender> senders = List.of(sender("a"), sender("b"));
    for (int number = 0; number < count; number++) {
      Sender sender = senders.get(kernel.random().nextInt(senders.size()));
      Campaign campaign =
          new Campaign(
              new UUID(0, number + 1),
              sender,
              kernel.chance(0.2) ? OnDoubt.RESEND : OnDoubt.HOLD,
              1 + kernel.random().nextInt(most(sender)));
      kernel.at(
          kernel.random().nextLong(Schedule.ACTIVE.toNanos() / 4),
          () -> {
            kernel.trace(() -> "begin " + campaign.id());
            upstream.begin(campaign);
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
            String.valueOf(settings.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG)));
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
          () -> upstream.receipt(message));
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
        List<TopicPartition> all = broker.group().partitions();
        broker
            .group()
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
              one -> {
                upstream.control(one.id(), Control.State.PAUSED);
                later(fault, () -> upstream.control(one.id(), Control.State.RUNNING));
              });
      case CANCEL -> campaign(fault, one -> upstream.control(one.id(), Control.State.CANCELLED));
      case RESEND -> campaign(fault, upstream::resendUnconfirmed);
      case REFUSE -> {
        broker.refuse(share(fault));
        later(fault, () -> broker.refuse(0));
      }
      case UNKNOWN -> {
        network.loseCommits(share(fault));
        later(fault, () -> network.loseCommits(0));
      }
      case DATABASE -> {
        upstream.away(true);
        later(fault, () -> upstream.away(false));
      }
    }
  }

  private static double share(Fault fault) {
    return 0.1 + fault.target() / 1_000.0;
  }

  private void campaign(Fault fault, Consumer<Campaign> action) {
    List<Campaign> all = List.copyOf(upstream.campaigns());
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
    upstream.away(false);
    mood.set(Behaviour.TAKES);
    upstream.unblockSenders();
    upstream.resumeAll();
  }

  /** Returns whether every recipient is settled and every window is empty. */
  private boolean quiet() {
    return upstream.settled()
        && broker.group().partitions().stream()
            .allMatch(one -> {
              OffsetAndMetadata committed = broker.committed(one);
              return committed != null
                  && committed.offset() == broker.log(one).end()
                  && committed.metadata().equals("v1");
            });
  }
}
