package dev.sluice.producer.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A partition that would refuse requests is fed none, as it would refuse those of all others. */
class ReplicasInSyncTest {
  private final KafkaConfig kafka = TestEnvironment.topics(1);
  private final Health health = new Health();

  @ParameterizedTest
  @CsvSource({
    "3, 1, 2, true",
    "3, 2, 2, false",
    "2, 1, 2, true",
    "1, 1, 2, false",
    "3, 1, 1, false"
  })
  void aPartitionIsShortIfItWouldRefuseRecords(int all, int inSync, int least, boolean isShort) {
    List<Node> replicas =
        IntStream.range(0, all).mapToObj(id -> new Node(id, "localhost", 1)).toList();
    TopicPartitionInfo partition =
        new TopicPartitionInfo(0, replicas.getFirst(), replicas, replicas.subList(0, inSync));

    assertThat(LagReader.isShort(partition, least)).isEqualTo(isShort);
  }

  /** As on one broker whose default is made for three. */
  @Test
  void aPartitionWithFewerReplicasThanMustBeInSyncIsFed() throws Exception {
    require(2);
    try (Producer<byte[], byte[]> producer =
        kafka.producer(Map.of(ProducerConfig.ACKS_CONFIG, "all"))) {
      producer.send(new ProducerRecord<>(kafka.topics().sendResults(), new byte[] {1})).get();
    }

    assertThat(unread()).isEqualTo(Map.of(0, 0L));
    assertThat(health.problems()).isEmpty();
  }

  /** Its records would fail the transactions that carry those of all others. */
  @Test
  void aPartitionShortOfReplicasInSyncIsFedNothingAndNamed() throws Exception {
    KafkaConfig two = TestEnvironment.topics(2);
    require(2, two, two.topics().sendRequests());
    Admin admin = new OneReplicaMissing(two.client(Map.of()), two.topics().sendRequests(), 1);
    RequestLog log =
        new RequestLog(LaneConsumer.of(two), Duration.ofSeconds(10), new SimpleMeterRegistry());
    try (LagReader reader = new LagReader(two, health, log, admin)) {
      assertThat(reader.read().unread()).isEqualTo(Map.of(0, 0L, 1, (long) Integer.MAX_VALUE));
    }
    assertThat(health.problems().get("backlog"))
        .isEqualTo(
            "partition(s) [1] of send-requests have fewer replicas in sync than"
                + " min.insync.replicas, so nothing is fed into them");
  }

  @Test
  void onlyAMissingRightToReadTheNumberIsNoticed() throws Exception {
    assertThat(noticeOf(new TimeoutException("Kafka is away"))).isNull();
    assertThat(noticeOf(new TopicAuthorizationException(Set.of("t"))))
        .isEqualTo(
            "cannot read min.insync.replicas of t, assuming 1:"
                + " Not authorized to access topics: [t]");
  }

  private @Nullable String noticeOf(ApiException failure) throws Exception {
    try (Admin admin = new FailingConfigs(kafka.client(Map.of()), failure)) {
      assertThat(new LeastInSync(admin, "t", health, 5_000).replicas()).isOne();
    }
    return health.notices().get("replicas");
  }

  private static final class FailingConfigs extends ForwardingAdmin {
    private final ApiException failure;

    FailingConfigs(Map<String, Object> settings, ApiException failure) {
      super(settings);
      this.failure = failure;
    }

    @Override
    public DescribeConfigsResult describeConfigs(
        Collection<ConfigResource> resources, DescribeConfigsOptions options) {
      KafkaFuture<Config> failed =
          KafkaFuture.completedFuture(failure)
              .thenApply(one -> {
                throw one;
              });
      return new DescribeConfigsResult(Map.of(resources.iterator().next(), failed)) {};
    }
  }

  /** Describes one of a topic's partitions as if it had a second replica, which is not in sync. */
  private static final class OneReplicaMissing extends ForwardingAdmin {
    private final String topic;
    private final int partition;

    OneReplicaMissing(Map<String, Object> settings, String topic, int partition) {
      super(settings);
      this.topic = topic;
      this.partition = partition;
    }

    @Override
    public DescribeTopicsResult describeTopics(
        TopicCollection topics, DescribeTopicsOptions options) {
      KafkaFuture<TopicDescription> described =
          super.describeTopics(topics, options)
              .topicNameValues()
              .get(topic)
              .thenApply(real ->
                  new TopicDescription(
                      real.name(),
                      real.isInternal(),
                      real.partitions().stream().map(this::altered).toList()));
      return new DescribeTopicsResult(null, Map.of(topic, described)) {};
    }

    private TopicPartitionInfo altered(TopicPartitionInfo real) {
      Node leader = real.leader();
      return real.partition() == partition
          ? new TopicPartitionInfo(
              partition,
              leader,
              List.of(leader, new Node(leader.id() + 1, "localhost", 1)),
              List.of(leader))
          : real;
    }
  }

  private Map<Integer, Long> unread() throws Exception {
    try (LagReader reader =
        LagReader.open(kafka, health, Duration.ofSeconds(10), new SimpleMeterRegistry())) {
      return reader.read().unread();
    }
  }

  private void require(int replicasInSync) throws Exception {
    require(replicasInSync, kafka, kafka.topics().sendRequests());
    require(replicasInSync, kafka, kafka.topics().sendResults());
  }

  private static void require(int replicasInSync, KafkaConfig kafka, String name) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
    AlterConfigOp set =
        new AlterConfigOp(
            new ConfigEntry(
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(replicasInSync)),
            AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
      await().until(() -> replicasInSync(admin, topic), Integer.toString(replicasInSync)::equals);
    }
  }

  /** The controller accepts a setting before the brokers know it. */
  private static String replicasInSync(Admin admin, ConfigResource topic) throws Exception {
    return admin
        .describeConfigs(List.of(topic))
        .all()
        .get()
        .get(topic)
        .get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
        .value();
  }
}
