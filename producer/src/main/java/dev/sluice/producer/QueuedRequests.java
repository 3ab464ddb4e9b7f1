package dev.sluice.producer;

import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whose the requests of one partition are that workers are not known to have done. */
final class QueuedRequests {
  private final Deque<Queued> queued = new ArrayDeque<>();

  /** As it was counted last. While nothing moves there may be very many, and nothing to do. */
  private Map<LaneKey, Long> counted = Map.of();

  private @Nullable Place countedAt;

  private record Queued(long offset, LaneKey lane) {}

  private record Place(long committed, List<WindowCodec.Run> window) {}

  /** The partition's next request. */
  void add(long offset, LaneKey lane) {
    if (!queued.isEmpty() && offset <= queued.getLast().offset()) {
      // The log was cut off, or made anew.
      queued.clear();
    }
    queued.addLast(new Queued(offset, lane));
    countedAt = null;
  }

  /**
   * Adds up those that are not done, and forgets those before the committed offset.
   *
   * @param committed the workers' committed offset
   * @param window how the offsets from the committed one on stand
   * @param waiting requests by lane
   */
  void countInto(Map<LaneKey, Long> waiting, long committed, List<WindowCodec.Run> window) {
    Place place = new Place(committed, window);
    if (!place.equals(countedAt)) {
      counted = count(committed, window);
      countedAt = place;
    }
    counted.forEach((lane, requests) -> waiting.merge(lane, requests, Long::sum));
  }

  private Map<LaneKey, Long> count(long committed, List<WindowCodec.Run> window) {
    Map<LaneKey, Long> waiting = new HashMap<>();
    while (!queued.isEmpty() && queued.getFirst().offset() < committed) {
      queued.removeFirst();
    }
    Iterator<WindowCodec.Run> runs = window.iterator();
    long end = committed;
    boolean done = false;
    for (Queued one : queued) {
      while (one.offset() >= end) {
        // What follows the last run waits.
        WindowCodec.Run run = runs.hasNext() ? runs.next() : null;
        end = run == null ? Long.MAX_VALUE : end + run.length();
        done = run != null && run.state() == WindowCodec.State.DONE;
      }
      if (!done) {
        waiting.merge(one.lane(), 1L, Long::sum);
      }
    }
    return waiting;
  }
}
