package dev.sluice.producer.quota;

import dev.sluice.schema.LaneKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much work waits for the workers. */
public interface LaneBacklog {

  /** The newest reading, or null before the first one. */
  @Nullable Reading newest();

  /**
   * A reading.
   *
   * @param takenAtNanos {@link System#nanoTime} when it was begun
   * @param waiting requests not yet done, by lane
   * @param others requests not yet done of lanes that are not in {@code waiting}, by partition:
   *     lanes too many to be told apart
   * @param unread requests of which it is not known whose they are, by partition; every partition
   *     of the topic is in it
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

    /** The most that may be waiting for a lane: what could be anybody's may be its own. */
    public long mostWaiting(LaneKey lane) {
      int partition = lane.partition(unread.size());
      Long own = waiting.get(lane);
      return (own == null ? others.getOrDefault(partition, 0L) : own)
          + unread.getOrDefault(partition, 0L);
    }
  }
}
