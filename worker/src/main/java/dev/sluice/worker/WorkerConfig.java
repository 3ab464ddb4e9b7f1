package dev.sluice.worker;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.tracing.Traces;
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
 * @param traces which recipients are traced; not closed with the worker
 */
public record WorkerConfig(
    KafkaConfig kafka,
    String instance,
    int maxInFlight,
    Duration drain,
    RetryPolicy retries,
    Traces traces) {

  public WorkerConfig {
    if (!instance.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "a worker's name is made of letters, digits, dots, dashes and underscores: " + instance);
    }
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("at least one message must be allowed in flight");
    }
  }

  /** Creates a configuration without traces. */
  public WorkerConfig(
      KafkaConfig kafka, String instance, int maxInFlight, Duration drain, RetryPolicy retries) {
    this(kafka, instance, maxInFlight, drain, retries, Traces.OFF);
  }

  /** Returns the same with traces. */
  public WorkerConfig withTraces(Traces newTraces) {
    return new WorkerConfig(kafka, instance, maxInFlight, drain, retries, newTraces);
  }

  /** Returns a configuration with 2,000 in flight, 2.5 s to drain and the default retries. */
  public static WorkerConfig of(KafkaConfig kafka, String instance) {
    return new WorkerConfig(kafka, instance, 2_000, Duration.ofMillis(2_500), RetryPolicy.DEFAULT);
  }
}
