package dev.sluice.benchmark.simulation;

import dev.sluice.schema.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * How a service runs on Kafka Streams.
 *
 * @param inputs the topics that its task reads
 * @param stores the stores with a changelog
 * @param sinks the topics that it writes, by the names of its sinks
 * @param requests the topic of requests, which has several partitions
 * @param partitions how many those are
 * @param exactlyOnce whether output, state and offsets are one transaction
 * @param commitEvery how often it commits if nothing asks for it sooner
 */
record Application(
    String group,
    List<String> inputs,
    List<String> stores,
    Map<String, String> sinks,
    String requests,
    int partitions,
    boolean exactlyOnce,
    Duration commitEvery) {

  /** The producer's store of requests that workers have returned. */
  static final String RETURNS = "returned-requests";

  static Application producer(Topics topics, int partitions) {
    return new Application(
        topics.producerGroup(),
        List.of(topics.campaignCommands(), topics.returnedRequests()),
        List.of("announced", "fan-out-inputs", "fan-outs", RETURNS),
        Map.of(
            "send-requests",
            topics.sendRequests(),
            "campaign-commands-out",
            topics.campaignCommands(),
            "send-results",
            topics.sendResults(),
            "controls",
            topics.controls(),
            "campaign-events",
            topics.campaignEvents(),
            "dead-letters",
            topics.deadLetters()),
        topics.sendRequests(),
        partitions,
        true,
        Duration.ofMillis(100));
  }

  static Application aggregator(Topics topics) {
    return new Application(
        topics.statusAggregatorGroup(),
        List.of(topics.sendResults()),
        List.of("pending-results"),
        Map.of(
            "campaign-commands", topics.campaignCommands(), "dead-letters", topics.deadLetters()),
        topics.sendRequests(),
        1,
        false,
        Duration.ofMillis(500));
  }

  List<TopicPartition> partitionsRead() {
    return inputs.stream().map(topic -> new TopicPartition(topic, 0)).toList();
  }
}
