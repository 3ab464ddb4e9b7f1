package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.SimProvider.Mood;
import dev.sluice.schema.Topics;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds the services: time, Kafka, the tables, the provider, and those who use the
 * console.
 *
 * @param producer how producers run
 * @param aggregator how aggregators run
 * @param truth what has really happened
 * @param mood of the provider
 */
record World(
    Kernel kernel,
    Topics topics,
    Network network,
    Broker broker,
    Application producer,
    Application aggregator,
    Truth truth,
    Tables tables,
    Operator operator,
    Mood mood) {

  /** Creates the world of a schedule, in which nothing has happened yet. */
  static World of(Schedule schedule, @Nullable Consumer<String> trace) {
    Kernel kernel = new Kernel(schedule.seed(), trace);
    Topics topics = new Topics("");
    Network network = new Network(kernel);
    Broker broker = new Broker(kernel, network);
    Truth truth = new Truth(kernel, broker, topics);
    Tables tables = new Tables(kernel::violated);
    World world =
        new World(
            kernel,
            topics,
            network,
            broker,
            Application.producer(topics, schedule.partitions()),
            Application.aggregator(topics),
            truth,
            tables,
            new Operator(broker, topics, tables),
            new Mood());
    world.createTopics(schedule.partitions());
    world.install(world.producer);
    world.install(world.aggregator);
    broker.observe(truth);
    return world;
  }

  private void createTopics(int partitions) {
    broker.create(topics.sendRequests(), partitions);
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
    List<TopicPartition> requests =
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicPartition(topics.sendRequests(), partition))
            .toList();
    requests.forEach(one -> broker.commit(one, new OffsetAndMetadata(0, "v1")));
    workers().serve(requests);
  }

  /** Creates what a service on Kafka Streams needs at the broker. */
  private void install(Application application) {
    broker.group(application.group()).serve(application.partitionsRead());
    application.stores().forEach(store -> broker.create(ChangelogStore.changelog(store), 1));
  }

  Group workers() {
    return broker.group(topics.workerGroup());
  }

  /** Returns the partitions of the requests. */
  List<TopicPartition> requests() {
    return workers().partitions();
  }
}
