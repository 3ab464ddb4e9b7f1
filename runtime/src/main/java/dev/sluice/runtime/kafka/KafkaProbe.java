package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Probe;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** Reports in a service's health whether Kafka can be reached. */
public final class KafkaProbe {
  private static final int TIMEOUT_MS = 5_000;

  private KafkaProbe() {}

  /** Starts watching Kafka; close the probe to stop. */
  public static Probe of(KafkaConfig kafka, Health health) {
    return Probe.start(
        "kafka",
        kafka.bootstrapServers(),
        () -> {
          // A new client each time, because creating one fails while a host name cannot be
          // resolved.
          try (Admin admin = Admin.create(kafka.client(Map.of()))) {
            return admin
                .describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MS))
                .nodes()
                .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
          }
        },
        health);
  }
}
