package dev.sluice.producer.quota;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many replicas of a partition must be in sync for a topic to take records, {@code
 * min.insync.replicas}: read once a minute, as it hardly ever changes.
 */
final class LeastInSync {
  private static final Logger log = LoggerFactory.getLogger(LeastInSync.class);
  private static final Duration EXPIRES = Duration.ofMinutes(1);

  private final Admin admin;
  private final ConfigResource topic;
  private final long timeoutMillis;
  private int newest = 1;
  private boolean told;
  private long expiresNanos = System.nanoTime();

  LeastInSync(Admin admin, String topic, long timeoutMillis) {
    this.admin = admin;
    this.topic = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    this.timeoutMillis = timeoutMillis;
  }

  /** Returns the newest number known; 1 as long as none is, as without the right to read it. */
  int replicas() throws InterruptedException {
    if (System.nanoTime() - expiresNanos >= 0) {
      expiresNanos = System.nanoTime() + EXPIRES.toNanos();
      try {
        newest = read();
        told = false;
      } catch (ExecutionException | TimeoutException e) {
        if (!told) {
          log.warn(
              "cannot read {} of {}: {}", TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, topic.name(), e);
        }
        told = true;
      }
    }
    return newest;
  }

  private int read() throws InterruptedException, ExecutionException, TimeoutException {
    return Integer.parseInt(
        Objects.requireNonNull(
                admin
                    .describeConfigs(List.of(topic))
                    .all()
                    .get(timeoutMillis, TimeUnit.MILLISECONDS)
                    .get(topic))
            .get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
            .value());
  }
}
