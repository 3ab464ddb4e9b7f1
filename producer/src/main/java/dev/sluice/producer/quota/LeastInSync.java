package dev.sluice.producer.quota;

import dev.sluice.runtime.Health;
import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many replicas of a partition must be in sync for a topic to take records, {@code
 * min.insync.replicas}: read once a minute, as it hardly ever changes.
 */
final class LeastInSync {
  private static final Logger log = LoggerFactory.getLogger(LeastInSync.class);
  private static final String COMPONENT = "replicas";
  private static final Duration EXPIRES = Duration.ofMinutes(1);

  private final Admin admin;
  private final ConfigResource topic;
  private final Health health;
  private final long timeoutMillis;
  private int newest = 1;
  private long expiresNanos = System.nanoTime();

  LeastInSync(Admin admin, String topic, Health health, long timeoutMillis) {
    this.admin = admin;
    this.health = health;
    this.topic = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    this.timeoutMillis = timeoutMillis;
  }

  /** Returns the newest number known; 1 as long as none is, as without the right to read it. */
  int replicas() throws InterruptedException {
    if (System.nanoTime() - expiresNanos >= 0) {
      expiresNanos = System.nanoTime() + EXPIRES.toNanos();
      try {
        newest = read();
        health.noticeOver(COMPONENT);
      } catch (ExecutionException | TimeoutException e) {
        failed(e);
      }
    }
    return newest;
  }

  private void failed(Exception cause) {
    if (cause.getCause() instanceof AuthorizationException) {
      health.notice(
          COMPONENT,
          "cannot read %s of %s, assuming %d: %s"
              .formatted(
                  TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                  topic.name(),
                  newest,
                  Reasons.of(cause)));
    } else {
      // Kafka's probe reports whether Kafka can be reached.
      log.debug("cannot read how many replicas must be in sync", cause);
    }
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
