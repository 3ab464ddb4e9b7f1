package dev.sluice.producer.quota;

import dev.sluice.schema.LaneKey;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How many requests are queued for the workers. */
public interface LaneBacklog {

  /** Returns the newest reading, or null before the first one. */
  @Nullable Reading newest();

  /**
   * A reading.
   *
   * @param takenAtNanos {@link System#nanoTime} when it was begun
   * @param waiting requests not yet done, by lane
   * @param others requests not yet done of lanes beyond the number told apart, by partition
   * @param unread requests of unknown lanes, by partition; contains every partition of the topic
   */
  record Reading(
      long takenAtNanos,
      Map<LaneKey, Long> waiting,
      Map<Integer, Long> others,
      Map<Integer, Long> unread) {
    public Reading {
      waiting = Map.copyOf(waiting);
      others = Map.copyOf(others);
      unread = Map.copyOf(unread);
    }

    /** Returns the number of requests not yet done. */
    public long total() {
      return Stream.of(waiting, others, unread)
          .flatMap(counts -> counts.values().stream())
          .mapToLong(Long::longValue)
          .sum();
    }

    /** Returns the most that may be queued for a lane: requests of unknown lanes may be its own. */
    public long mostWaiting(LaneKey lane) {
      int partition = lane.partition(unread.size());
      Long own = waiting.get(lane);
      return (own == null ? others.getOrDefault(partition, 0L) : own) + unread(lane);
    }

    /**
     * Returns the requests of unknown lanes in a lane's partition; if it is closed, more than any
     * lane takes.
     */
    public long unread(LaneKey lane) {
      return unread.getOrDefault(lane.partition(unread.size()), 0L);
    }
  }
}
