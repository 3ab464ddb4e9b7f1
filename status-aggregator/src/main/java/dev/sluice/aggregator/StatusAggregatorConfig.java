package dev.sluice.aggregator;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.tracing.Traces;
import java.time.Duration;

/**
 * The status aggregator's configuration.
 *
 * @param kafka how to reach Kafka
 * @param database how to reach PostgreSQL, in the services' role
 * @param flushSize results of a campaign that are written at once
 * @param flushInterval the longest that a result waits for others
 * @param maxPending results that may wait in the process while they cannot be written. Stuck
 *     campaigns may hold half of them; their further results become dead letters. All other
 *     campaigns may hold half of the rest, beyond which reading almost stops
 * @param traces which recipients are traced; not closed with the aggregator
 */
public record StatusAggregatorConfig(
    KafkaConfig kafka,
    DatabaseConfig database,
    int flushSize,
    Duration flushInterval,
    int maxPending,
    Traces traces) {

  /**
   * About 1 KB each, so 100 MB. Half of it is a quarter of an hour of a campaign of 50/s that
   * cannot be written, and which is paused after half of that.
   */
  private static final int MAX_PENDING = 100_000;

  public StatusAggregatorConfig {
    if (flushSize < 1) {
      throw new IllegalArgumentException("the flush size must be at least 1");
    }
    if (flushInterval.isNegative() || flushInterval.isZero()) {
      throw new IllegalArgumentException("the flush interval must be above 0");
    }
    if (maxPending / 2 < flushSize) {
      throw new IllegalArgumentException(
          "at least twice as many results must be able to wait as are written at once");
    }
  }

  /** Creates a configuration without traces. */
  public StatusAggregatorConfig(
      KafkaConfig kafka,
      DatabaseConfig database,
      int flushSize,
      Duration flushInterval,
      int maxPending) {
    this(kafka, database, flushSize, flushInterval, maxPending, Traces.OFF);
  }

  /** Returns a configuration with batches of 100 results or 10 s. */
  public static StatusAggregatorConfig of(KafkaConfig kafka, DatabaseConfig database) {
    return new StatusAggregatorConfig(kafka, database, 100, Duration.ofSeconds(10), MAX_PENDING);
  }

  /** Returns the same with another flush interval. */
  public StatusAggregatorConfig withFlushInterval(Duration newInterval) {
    return new StatusAggregatorConfig(kafka, database, flushSize, newInterval, maxPending, traces);
  }

  /** Returns the same with traces. */
  public StatusAggregatorConfig withTraces(Traces newTraces) {
    return new StatusAggregatorConfig(
        kafka, database, flushSize, flushInterval, maxPending, newTraces);
  }
}
