package dev.sluice.producer;

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
   * @param waiting requests not yet done, by partition; every partition of the topic is in it
   */
  record Reading(long takenAtNanos, Map<Integer, Long> waiting) {
    public Reading {
      waiting = Map.copyOf(waiting);
    }

    int partitions() {
      return waiting.size();
    }
  }
}
