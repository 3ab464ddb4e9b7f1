package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.worker.HeldMemory.Filling;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Reports partitions of which nothing has been read for long because they are full. Their lanes may
 * send all that was read, so none of them looks stalled, while the requests of others wait unread.
 */
final class FullPartitions {
  private static final String COMPONENT = "reading";

  /** The time in which lanes send or return most of what fills a partition. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  private final Health health;

  FullPartitions(Health health) {
    this.health = health;
  }

  void review(Collection<PartitionState> owned, long nowNanos) {
    String unread =
        owned.stream()
            .filter(partition -> partition.unreadNanos(nowNanos) > GRACE.toNanos())
            .map(partition -> reason(partition, nowNanos))
            .sorted()
            .collect(Collectors.joining("; "));
    if (unread.isEmpty()) {
      health.working(COMPONENT);
    } else {
      health.failing(COMPONENT, unread);
    }
  }

  private static String reason(PartitionState partition, long nowNanos) {
    return "nothing of %s was read for %d s, because %s"
        .formatted(
            partition.topicPartition(),
            Duration.ofNanos(partition.unreadNanos(nowNanos)).toSeconds(),
            cause(partition));
  }

  private static String cause(PartitionState partition) {
    if (partition.window().nearlyFull()) {
      return "its offset window is full: see which offset is open (sluice window show), and what its"
          + " requests wait for (the other problems here)";
    }
    if (partition.filling() != Filling.LITTLE) {
      return "its %d requests fill its share of the memory: raise the worker's SLUICE_HEAP"
          .formatted(partition.waiting() + partition.inFlight());
    }
    return "%d of its requests wait already: see what they wait for (the other problems here)"
        .formatted(partition.waiting());
  }
}
