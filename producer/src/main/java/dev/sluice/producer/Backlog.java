package dev.sluice.producer;

import dev.sluice.schema.LaneKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much work waits for the workers. */
interface Backlog {

  /** The newest reading, or null before the first one. */
  @Nullable Reading newest();

  /**
   * A reading.
   *
   * @param takenAtNanos {@link System#nanoTime} when it was begun
   * @param waiting requests not yet done, by lane
   * @param unread requests of which it is not known whose they are, by partition; every partition
   *     of the topic is in it
   */
  record Reading(long takenAtNanos, Map<LaneKey, Long> waiting, Map<Integer, Long> unread) {
    public Reading {
      waiting = Map.copyOf(waiting);
      unread = Map.copyOf(unread);
    }

    /** The most that may be waiting for a lane: what could be anybody's may be its own. */
    long mostWaiting(LaneKey lane) {
      return waiting.getOrDefault(lane, 0L)
          + unread.getOrDefault(lane.partition(unread.size()), 0L);
    }
  }
}
