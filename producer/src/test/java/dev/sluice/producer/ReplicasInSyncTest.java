package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Sandbox;
import dev.sluice.producer.quota.LagReader;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

/** A partition that would refuse requests is fed none, as it would refuse those of all others. */
class ReplicasInSyncTest {
  private static final long CLOSED = Integer.MAX_VALUE;

  private final KafkaConfig kafka = Sandbox.topics(1);
  private final Health health = new Health();

  @Test
  void aPartitionShortOfReplicasInSyncIsFedNothing() throws Exception {
    require(2);
    assertThat(unread()).isEqualTo(Map.of(0, CLOSED));
    assertThat(health.problems().get("backlog")).contains("[0]", "fewer replicas in sync");

    require(1);
    assertThat(unread()).isEqualTo(Map.of(0, 0L));
    assertThat(health.problems()).isEmpty();
  }

  private Map<Integer, Long> unread() throws Exception {
    try (LagReader reader = LagReader.open(kafka, health, Duration.ofSeconds(10))) {
      return reader.read().unread();
    }
  }

  private void require(int replicasInSync) throws Exception {
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, kafka.topics().sendRequests());
    AlterConfigOp set =
        new AlterConfigOp(
            new ConfigEntry(
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(replicasInSync)),
            AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
    }
  }
}
