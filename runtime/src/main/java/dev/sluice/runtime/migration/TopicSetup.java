package dev.sluice.runtime.migration;

import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates missing topics with their settings. */
final class TopicSetup {
  private static final Logger log = LoggerFactory.getLogger(TopicSetup.class);
  private static final String SEVEN_DAYS_MS = "604800000";
  private static final String UNCOMPRESSED = "uncompressed";
  private static final Backoff UNTIL_KNOWN =
      new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1));

  /** Half a minute. */
  private static final int ATTEMPTS = 35;

  private final KafkaConfig kafka;

  TopicSetup(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  void create(int lanePartitions, Optional<Short> replicationFactor)
      throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      List<NewTopic> wanted = topics(kafka.topics(), lanePartitions, replicationFactor);
      Set<String> present = admin.listTopics().names().get();
      List<NewTopic> missing =
          wanted.stream().filter(topic -> !present.contains(topic.name())).toList();
      run(
          "creating " + missing.stream().map(NewTopic::name).toList(),
          () -> create(admin, missing));
      String deadLetters = kafka.topics().deadLetters();
      run(
          "setting the largest record of " + deadLetters,
          () -> allowLargeDeadLetters(admin, deadLetters));
      run(
          "committing the first offsets of group %s in %s, as %s"
              .formatted(
                  kafka.topics().workerGroup(),
                  kafka.topics().sendRequests(),
                  Places.transactionalId(kafka)),
          () -> commitFirstWindows(admin));
      log.info("topics: {} present", wanted.stream().map(NewTopic::name).toList());
    }
  }

  private interface Step {
    void run() throws InterruptedException, ExecutionException;
  }

  /** Kafka's own reasons do not always name what they are about, above all if it is denied. */
  private static void run(String what, Step step) throws InterruptedException {
    try {
      step.run();
    } catch (ExecutionException | KafkaException e) {
      throw new KafkaException(what + " failed: " + Reasons.of(e), e);
    }
  }

  /** A broker may hear of a new topic only after its creation was acknowledged. */
  private void commitFirstWindows(Admin admin) throws InterruptedException, ExecutionException {
    for (int attempt = 1; ; attempt++) {
      try {
        new FirstWindows(kafka).commit(admin);
        return;
      } catch (ExecutionException e) {
        if (attempt == ATTEMPTS || !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
      Thread.sleep(UNTIL_KNOWN.after(attempt));
    }
  }

  /**
   * Returns the topics and their settings.
   *
   * @param lanePartitions partitions of {@code send-requests}, which is the most workers that can
   *     share the work
   * @param replicationFactor copies of each, or empty for the brokers' default
   */
  private static List<NewTopic> topics(
      Topics names, int lanePartitions, Optional<Short> replicationFactor) {
    return List.of(
        // One partition: one task sees every campaign, so that those of a sender take exact turns.
        topic(names.campaignCommands(), 1, replicationFactor, retained()),
        topic(names.sendRequests(), lanePartitions, replicationFactor, retained()),
        // The same task reads the commands, so the partition counts must be equal.
        topic(names.returnedRequests(), 1, replicationFactor, retained()),
        topic(names.sendResults(), 8, replicationFactor, retained()),
        topic(
            names.controls(),
            1,
            replicationFactor,
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)),
        // One partition keeps the events of all campaigns in one order.
        topic(names.campaignEvents(), 1, replicationFactor, readByAnyClient()),
        topic(names.replies(), 1, replicationFactor, readByAnyClient()),
        topic(
            names.deadLetters(),
            1,
            replicationFactor,
            Map.of(
                TopicConfig.RETENTION_MS_CONFIG,
                SEVEN_DAYS_MS,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(Topics.LARGEST_RECORD))));
  }

  private static Map<String, String> retained() {
    return Map.of(TopicConfig.RETENTION_MS_CONFIG, SEVEN_DAYS_MS);
  }

  /** Few records, for other programs, whose clients may not know the codec of our producers. */
  private static Map<String, String> readByAnyClient() {
    return Map.of(
        TopicConfig.RETENTION_MS_CONFIG,
        SEVEN_DAYS_MS,
        TopicConfig.COMPRESSION_TYPE_CONFIG,
        UNCOMPRESSED);
  }

  private static NewTopic topic(
      String name, int partitions, Optional<Short> replication, Map<String, String> settings) {
    return new NewTopic(name, Optional.of(partitions), replication).configs(settings);
  }

  /**
   * Raises the limit of topics created by older versions, which allowed for the largest record of
   * others but not for the added headers.
   */
  private static void allowLargeDeadLetters(Admin admin, String topic)
      throws InterruptedException, ExecutionException {
    ConfigEntry largest =
        new ConfigEntry(
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Topics.LARGEST_RECORD));
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(new AlterConfigOp(largest, AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }

  private static void create(Admin admin, List<NewTopic> topics)
      throws InterruptedException, ExecutionException {
    for (KafkaFuture<Void> created : admin.createTopics(topics).values().values()) {
      try {
        created.get();
      } catch (ExecutionException e) {
        // Another migration has created it in the meantime.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }
}
