package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.Sandbox;
import dev.sluice.schema.Health;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;

class WorkerBacklogTest {
  private final Sandbox sandbox = Sandbox.create(2);
  private final Health health = new Health();

  @Test
  void nothingIsFedWhileWorkersHaveNoPlaceInSomePartition() throws Exception {
    try (WorkerBacklog backlog = new WorkerBacklog(sandbox.kafka(), health);
        Admin admin = Admin.create(sandbox.kafka().client(Map.of()))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() != null);
      admin
          .createPartitions(
              Map.of(sandbox.kafka().topics().sendRequests(), NewPartitions.increaseTo(3)))
          .all()
          .get();

      await().atMost(Duration.ofSeconds(20)).until(() -> backlog.newest() == null);
      await().atMost(Duration.ofSeconds(20)).until(() -> health.problems().containsKey("backlog"));
      assertThat(health.problems().get("backlog")).contains("[2]", "sluice migrate");
    }
  }
}
