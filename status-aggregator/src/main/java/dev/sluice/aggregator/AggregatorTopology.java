package dev.sluice.aggregator;

import dev.sluice.schema.Topics;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * The topology: reads results and writes rows and counters by SQL, dead letters and pause commands
 * to Kafka.
 */
final class AggregatorTopology {
  private static final String SOURCE = "send-results";
  private static final String PROCESSOR = "batches";

  private AggregatorTopology() {}

  static Topology of(Topics topics, ProcessorSupplier<byte[], byte[], byte[], byte[]> batches) {
    return new Topology()
        .addSource(
            SOURCE, new ByteArrayDeserializer(), new ByteArrayDeserializer(), topics.sendResults())
        .addProcessor(PROCESSOR, batches, SOURCE)
        .addStateStore(PendingResults.builder(), PROCESSOR)
        .addStateStore(new GivenUp.Builder(), PROCESSOR)
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
  }
}
