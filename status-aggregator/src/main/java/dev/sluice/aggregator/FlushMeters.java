package dev.sluice.aggregator;

import dev.sluice.runtime.DurationBuckets;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Meters of flushes: their size, their duration, and the results written. */
final class FlushMeters {
  private final Timer written;
  private final Timer failed;
  private final DistributionSummary sizes;
  private final Map<RecipientStatus, Counter> results = new EnumMap<>(RecipientStatus.class);

  FlushMeters(MeterRegistry meters) {
    written = timer(meters, "written");
    failed = timer(meters, "failed");
    sizes =
        DistributionSummary.builder("sluice.aggregator.flush.results")
            .description("Results written by one flush")
            .serviceLevelObjectives(1, 10, 50, 100, 500, 5_000)
            .register(meters);
    for (RecipientStatus status : RecipientStatus.values()) {
      results.put(
          status,
          Counter.builder("sluice.aggregator.results")
              .description("Results written, by status; one that comes again counts again")
              .tag("status", status.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
  }

  private static Timer timer(MeterRegistry meters, String outcome) {
    return Timer.builder("sluice.aggregator.flushes")
        .description("Writes of results to PostgreSQL, by how they ended")
        .tag("outcome", outcome)
        .serviceLevelObjectives(
            DurationBuckets.between(Duration.ofMillis(5), Duration.ofSeconds(10)))
        .register(meters);
  }

  Flush.Outcome measured(Supplier<Flush.Outcome> flush) {
    long begunNanos = System.nanoTime();
    Flush.Outcome outcome = flush.get();
    Timer timer = outcome.trouble() == null ? written : failed;
    timer.record(System.nanoTime() - begunNanos, TimeUnit.NANOSECONDS);
    if (!outcome.written().isEmpty()) {
      sizes.record(outcome.written().size());
      for (SendResult result : outcome.written()) {
        Objects.requireNonNull(results.get(result.status())).increment();
      }
    }
    return outcome;
  }
}
