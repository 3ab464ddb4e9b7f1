package dev.sluice.aggregator;

import dev.sluice.schema.Topics;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * The topology: reads results and writes rows and counters by SQL, dead letters and pause commands
 * to Kafka.
 */
final class AggregatorTopology {
  private static final String SOURCE = "send-results";
  private static final String PROCESSOR = "batches";

  private AggregatorTopology() {}

  static Topology of(Topics topics, ProcessorSupplier<byte[], byte[], byte[], byte[]> batches) {
    Topology topology = new Topology();
    topology
        .addSource(
            SOURCE, new ByteArrayDeserializer(), new ByteArrayDeserializer(), topics.sendResults())
        .addProcessor(PROCESSOR, batches, SOURCE)
        .addSink(
            Output.COMMANDS,
            topics.campaignCommands(),
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            PROCESSOR)
        .addSink(
            Output.DEAD_LETTERS,
            topics.deadLetters(),
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            PROCESSOR);
    stores().forEach(store -> topology.addStateStore(store, PROCESSOR));
    return topology;
  }

  static Set<StoreBuilder<?>> stores() {
    return Set.of(PendingResults.builder(), new GivenUp.Builder());
  }
}
