package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The damaged records that a process has skipped. What they said is lost, so health names them for
 * as long as the process runs.
 */
public final class SkippedRecords {
  private final Health health;
  private final Meter.MeterProvider<Counter> counters;
  private final Map<TopicPartition, Run> newest = new ConcurrentHashMap<>();

  /** Offsets in a row, as those of a damaged batch are. */
  private record Run(long first, long last) {
    Run and(Run next) {
      return next.first == last + 1 ? new Run(first, next.last) : next;
    }
  }

  /**
   * Counts those of some topics from the beginning on, so that a rule sees the first one, too.
   *
   * @param topics the topics that are read
   */
  public SkippedRecords(Collection<String> topics, Health health, MeterRegistry meters) {
    this.health = health;
    counters =
        Counter.builder("sluice.records.skipped")
            .description("Damaged records that were skipped, by topic")
            .withRegistry(meters);
    topics.forEach(topic -> counters.withTag("topic", topic));
  }

  /** Counts one and names it in health. */
  public void add(DamagedRecord damaged) {
    TopicPartition partition = damaged.partition();
    counters.withTag("topic", partition.topic()).increment();
    Run run = newest.merge(partition, new Run(damaged.offset(), damaged.offset()), Run::and);
    health.notice(
        "records " + partition + "@" + run.first(),
        "offsets %d to %d cannot be read and are skipped: %s"
            .formatted(run.first(), run.last(), damaged.reason()));
  }
}
