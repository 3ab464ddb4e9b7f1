package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Health;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The damaged records that a process has skipped. What they said is lost, so health names them for
 * as long as the process runs.
 */
final class SkippedRecords {
  private final Health health;
  private final Map<TopicPartition, Run> newest = new ConcurrentHashMap<>();

  /** Offsets in a row, as those of a damaged batch are. */
  private record Run(long first, long last) {
    Run and(Run next) {
      return next.first == last + 1 ? new Run(first, next.last) : next;
    }
  }

  SkippedRecords(Health health) {
    this.health = health;
  }

  void add(DamagedRecord damaged) {
    TopicPartition partition = damaged.partition();
    Run run = newest.merge(partition, new Run(damaged.offset(), damaged.offset()), Run::and);
    health.notice(
        "records " + partition + "@" + run.first(),
        "offsets %d to %d cannot be read and are skipped: %s"
            .formatted(run.first(), run.last(), damaged.reason()));
  }
}
