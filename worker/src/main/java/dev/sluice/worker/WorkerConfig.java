package dev.sluice.worker;

import dev.sluice.runtime.kafka.KafkaConfig;
import java.time.Duration;

/**
 * A worker's configuration.
 *
 * @param kafka how to reach Kafka
 * @param instance this worker's name, unique among running workers. A restarted worker with the
 *     same name ends its predecessor's open transaction at once
 * @param maxInFlight the most messages being sent at a time
 * @param drain how long sends in flight are awaited when partitions are taken away or the worker
 *     stops
 * @param retries how failed sends are retried
 */
public record WorkerConfig(
    KafkaConfig kafka, String instance, int maxInFlight, Duration drain, RetryPolicy retries) {

  public WorkerConfig {
    if (!instance.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "a worker's name is made of letters, digits, dots, dashes and underscores: " + instance);
    }
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("at least one message must be allowed in flight");
    }
  }

  /** Returns a configuration with 2,000 in flight, 2.5 s to drain and the default retries. */
  public static WorkerConfig of(KafkaConfig kafka, String instance) {
    return new WorkerConfig(kafka, instance, 2_000, Duration.ofMillis(2_500), RetryPolicy.DEFAULT);
  }
}
