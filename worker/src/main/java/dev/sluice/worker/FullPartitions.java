package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.worker.HeldMemory.Filling;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reports partitions of which nothing has been read for long because they are full, and those whose
 * windows alone are, so that requests that were read have no room. The lanes of the former may send
 * all that was read, so none of them looks stalled, while the requests of others wait unread.
 */
final class FullPartitions {
  private static final String COMPONENT = "reading";

  /** The time in which lanes send or return most of what fills a partition. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  private static final String FULL_WINDOW =
      "its offset window is full: see which offset is open (sluice window show), and what its"
          + " requests wait for (the other problems here)";

  private final Health health;

  FullPartitions(Health health) {
    this.health = health;
  }

  void review(Collection<PartitionState> owned, long nowNanos) {
    String full =
        owned.stream()
            .flatMap(partition -> reason(partition, nowNanos).stream())
            .sorted()
            .collect(Collectors.joining("; "));
    if (full.isEmpty()) {
      health.working(COMPONENT);
    } else {
      health.failing(COMPONENT, full);
    }
  }

  private static Optional<String> reason(PartitionState partition, long nowNanos) {
    Duration unread = Duration.ofNanos(partition.unreadNanos(nowNanos));
    Duration blocked = Duration.ofNanos(partition.blockedNanos(nowNanos));
    if (unread.compareTo(GRACE) > 0) {
      return Optional.of(
          "nothing of %s was read for %d s, because %s"
              .formatted(partition.topicPartition(), unread.toSeconds(), cause(partition)));
    }
    return blocked.compareTo(GRACE) > 0
        ? Optional.of(
            "requests of %s could be sent but had no room for %d s, because %s"
                .formatted(partition.topicPartition(), blocked.toSeconds(), FULL_WINDOW))
        : Optional.empty();
  }

  private static String cause(PartitionState partition) {
    if (partition.window().nearlyFull()) {
      return FULL_WINDOW;
    }
    if (partition.filling() != Filling.LITTLE) {
      return "its %d requests fill its share of the memory: raise the worker's SLUICE_HEAP"
          .formatted(partition.waiting() + partition.inFlight());
    }
    return "%d of its requests wait already: see what they wait for (the other problems here)"
        .formatted(partition.waiting());
  }
}
