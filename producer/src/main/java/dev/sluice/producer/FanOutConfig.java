package dev.sluice.producer;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.FrequencyCap;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The producer's configuration.
 *
 * @param kafka how to reach Kafka
 * @param database how to reach PostgreSQL, in the services' role
 * @param workAhead how much work is kept queued per lane, as time at the lane's rate
 * @param pageSize recipients read at once
 * @param cap the most messages to a person from all senders together, or null for no such cap
 * @param traces which recipients are traced; not closed with the producer
 */
public record FanOutConfig(
    KafkaConfig kafka,
    DatabaseConfig database,
    Duration workAhead,
    int pageSize,
    @Nullable FrequencyCap cap,
    Traces traces) {

  public FanOutConfig {
    if (workAhead.isNegative() || workAhead.isZero()) {
      throw new IllegalArgumentException("the work ahead must be above 0");
    }
    if (pageSize < 1) {
      throw new IllegalArgumentException("the page size must be at least 1");
    }
  }

  /** Creates a configuration without a cap and traces. */
  public FanOutConfig(
      KafkaConfig kafka, DatabaseConfig database, Duration workAhead, int pageSize) {
    this(kafka, database, workAhead, pageSize, null, Traces.OFF);
  }

  /** Returns the same with traces. */
  public FanOutConfig withTraces(Traces newTraces) {
    return new FanOutConfig(kafka, database, workAhead, pageSize, cap, newTraces);
  }

  /** Returns the same with a cap of all senders together, or without one. */
  public FanOutConfig withCap(@Nullable FrequencyCap newCap) {
    return new FanOutConfig(kafka, database, workAhead, pageSize, newCap, traces);
  }

  /** Returns a configuration with 10 s of work ahead and pages of 1,000. */
  public static FanOutConfig of(KafkaConfig kafka, DatabaseConfig database) {
    return new FanOutConfig(kafka, database, Duration.ofSeconds(10), 1_000);
  }
}
