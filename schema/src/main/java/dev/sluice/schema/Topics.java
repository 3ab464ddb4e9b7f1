package dev.sluice.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The names of topics, groups and transactional ids, and the topics' settings.
 *
 * @param prefix stands before every name
 */
public record Topics(String prefix) {
  private static final String SEVEN_DAYS_MS = "604800000";

  /**
   * The largest record that services write, bytes: the largest that others can write with Kafka's
   * defaults, which may have to go to the dead letters, and its headers.
   */
  public static final int LARGEST_RECORD = 2 * 1024 * 1024;

  public String campaignCommands() {
    return prefix + "campaign-commands";
  }

  public String sendRequests() {
    return prefix + "send-requests";
  }

  public String returnedRequests() {
    return prefix + "returned-requests";
  }

  public String sendResults() {
    return prefix + "send-results";
  }

  public String controls() {
    return prefix + "controls";
  }

  public String deadLetters() {
    return prefix + "dead-letters";
  }

  public String producerGroup() {
    return prefix + "producer";
  }

  public String workerGroup() {
    return prefix + "worker";
  }

  public String statusAggregatorGroup() {
    return prefix + "status-aggregator";
  }

  public String transactionalId(String role, String instance) {
    return prefix + role + "-" + instance;
  }

  /**
   * The topics to create.
   *
   * @param lanePartitions partitions of {@code send-requests}: as many workers can share the work
   * @param replicationFactor copies of each, or empty for the brokers' default
   */
  List<NewTopic> toCreate(int lanePartitions, Optional<Short> replicationFactor) {
    return List.of(
        // One partition: one task sees every campaign, so that those of a sender take exact turns.
        topic(campaignCommands(), 1, replicationFactor, retained()),
        topic(sendRequests(), lanePartitions, replicationFactor, retained()),
        // Read by the task that reads the commands, hence as many partitions.
        topic(returnedRequests(), 1, replicationFactor, retained()),
        topic(sendResults(), 8, replicationFactor, retained()),
        topic(
            controls(),
            1,
            replicationFactor,
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)),
        topic(
            deadLetters(),
            1,
            replicationFactor,
            Map.of(
                TopicConfig.RETENTION_MS_CONFIG,
                SEVEN_DAYS_MS,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(LARGEST_RECORD))));
  }

  private static Map<String, String> retained() {
    return Map.of(TopicConfig.RETENTION_MS_CONFIG, SEVEN_DAYS_MS);
  }

  private static NewTopic topic(
      String name, int partitions, Optional<Short> replication, Map<String, String> settings) {
    return new NewTopic(name, Optional.of(partitions), replication).configs(settings);
  }
}
