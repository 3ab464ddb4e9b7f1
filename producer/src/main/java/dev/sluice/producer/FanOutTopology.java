package dev.sluice.producer;

import dev.sluice.schema.Topics;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology: reads commands and returned requests; writes requests, results of recipients that
 * need no sending, controls, events and dead letters. A separate branch checks controls for
 * unreadable ones.
 */
final class FanOutTopology {
  /** The store of fan-out states by campaign id. */
  static final String STORE = "fan-outs";

  /** The store of requests returned by workers. */
  static final String RETURNS = "returned-requests";

  /** The store of the furthest input offsets processed. */
  static final String INPUTS = "fan-out-inputs";

  /** The store of what was announced of campaigns under way. */
  static final String ANNOUNCED = "announced";

  private static final String SOURCE = "campaign-commands";
  private static final String RETURNS_SOURCE = "returned-requests-in";
  private static final String PROCESSOR = "fan-out";
  private static final String CONTROLS_SOURCE = "controls-in";
  private static final String CONTROLS_CHECK = "controls-check";

  private FanOutTopology() {}

  // The lambda implements the partitioner without headers (KIP-1321): until Kafka 5.0 the one with
  // headers is a default method, which a lambda cannot implement.
  @SuppressWarnings("removal")
  static Topology of(
      Topics topics,
      OutputMeters meters,
      ProcessorSupplier<byte[], byte[], byte[], byte[]> fanOut) {
    ByteArraySerializer bytes = new ByteArraySerializer();
    Topology topology = new Topology();
    topology
        .addSource(
            SOURCE,
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.campaignCommands())
        .addSource(
            RETURNS_SOURCE,
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.returnedRequests())
        .addProcessor(PROCESSOR, fanOut, SOURCE, RETURNS_SOURCE)
        .addSink(
            Output.REQUESTS, topics.sendRequests(), bytes, bytes, Output::lanePartition, PROCESSOR)
        .addSink(Output.COMMANDS, topics.campaignCommands(), bytes, bytes, PROCESSOR)
        .addSink(Output.RESULTS, topics.sendResults(), bytes, bytes, PROCESSOR)
        .addSink(Output.CONTROLS, topics.controls(), bytes, bytes, PROCESSOR)
        .addSink(Output.EVENTS, topics.campaignEvents(), bytes, bytes, PROCESSOR)
        .addSink(Output.DEAD_LETTERS, topics.deadLetters(), bytes, bytes, PROCESSOR)
        .addSource(
            CONTROLS_SOURCE,
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.controls())
        .addProcessor(CONTROLS_CHECK, () -> new ControlsCheck(meters), CONTROLS_SOURCE)
        .addSink("dead-letters-of-controls", topics.deadLetters(), bytes, bytes, CONTROLS_CHECK);
    stores().forEach(store -> topology.addStateStore(store, PROCESSOR));
    return topology;
  }

  static Set<StoreBuilder<?>> stores() {
    return Stream.of(STORE, RETURNS, INPUTS, ANNOUNCED)
        .map(name ->
            Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray()))
        .collect(Collectors.toUnmodifiableSet());
  }
}
