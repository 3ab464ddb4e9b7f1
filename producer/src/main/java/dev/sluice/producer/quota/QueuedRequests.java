package dev.sluice.producer.quota;

import dev.sluice.schema.LaneKey;
import dev.sluice.schema.WindowCodec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The unfinished requests of one partition, by lane. Its memory is bounded, whatever is written to
 * the partition.
 */
final class QueuedRequests {
  /** No sender has this name. */
  private static final LaneKey OTHERS = new LaneKey("", 0);

  private final int mostLanes;
  private final int mostStretches;
  private final Deque<Stretch> queued = new ArrayDeque<>();
  private final Map<LaneKey, Lane> lanes = new HashMap<>();

  /** Lanes beyond the most that are told apart. */
  private final Lane others = new Lane(OTHERS);

  /** The last count, reused while nothing has changed. */
  private @Nullable Waiting counted;

  private @Nullable Place countedAt;

  QueuedRequests() {
    this(2_000, 200_000);
  }

  /**
   * Creates an instance with its own bounds.
   *
   * @param mostLanes lanes that are told apart
   * @param mostStretches stretches of one lane's requests that are remembered
   */
  QueuedRequests(int mostLanes, int mostStretches) {
    this.mostLanes = mostLanes;
    this.mostStretches = mostStretches;
  }

  /**
   * The requests that are not done.
   *
   * @param byLane requests by lane
   * @param others requests of lanes that are not in {@code byLane}
   */
  record Waiting(Map<LaneKey, Long> byLane, long others) {}

  private static final class Lane {
    private final LaneKey key;
    private int stretches;

    private Lane(LaneKey key) {
      this.key = key;
    }
  }

  /** One lane's requests at the offsets from {@code from} to before {@code to}, without a gap. */
  private record Stretch(Lane lane, long from, long to) {}

  private record Place(long committed, List<WindowCodec.Run> window) {}

  /** Adds the partition's next request. If an offset repeats, the requests after it are dropped. */
  void add(long offset, LaneKey key) {
    cutOff(offset);
    Lane lane = lane(key);
    Stretch last = queued.peekLast();
    if (last != null && last.lane() == lane && last.to() == offset) {
      queued.removeLast();
      queued.addLast(new Stretch(lane, last.from(), offset + 1));
    } else {
      append(new Stretch(lane, offset, offset + 1));
    }
    countedAt = null;
  }

  /**
   * Returns a lane's own counter or that of the others; the choice holds as long as any of its
   * requests is known.
   */
  private Lane lane(LaneKey key) {
    Lane known = lanes.get(key);
    if (known != null) {
      return known;
    }
    return others.stretches > 0 || lanes.size() >= mostLanes ? others : new Lane(key);
  }

  /** Forgets everything at or after this offset, because the log ends there. */
  void cutOff(long end) {
    while (!queued.isEmpty() && queued.getLast().to() > end) {
      Stretch last = queued.removeLast();
      forget(last);
      if (last.from() < end) {
        append(new Stretch(last.lane(), last.from(), end));
      }
      countedAt = null;
    }
  }

  private void append(Stretch stretch) {
    queued.addLast(stretch);
    Lane lane = stretch.lane();
    if (lane.stretches++ == 0 && lane != others) {
      lanes.put(lane.key, lane);
    }
  }

  private void forget(Stretch removed) {
    Lane lane = removed.lane();
    if (--lane.stretches == 0) {
      lanes.remove(lane.key);
    }
  }

  /** Returns whether no more can be remembered until workers have advanced. */
  boolean full() {
    return queued.size() >= mostStretches;
  }

  /**
   * Counts the requests that are not done and forgets those before the committed offset.
   *
   * @param committed the workers' committed offset
   * @param window the states of the offsets from the committed one on
   */
  Waiting count(long committed, List<WindowCodec.Run> window) {
    Place place = new Place(committed, window);
    if (counted == null || !place.equals(countedAt)) {
      while (!queued.isEmpty() && queued.getFirst().to() <= committed) {
        forget(queued.removeFirst());
      }
      counted = countFrom(committed, window);
      countedAt = place;
    }
    return counted;
  }

  private Waiting countFrom(long committed, List<WindowCodec.Run> window) {
    Map<LaneKey, Long> waiting = new HashMap<>();
    Iterator<WindowCodec.Run> runs = window.iterator();
    long end = committed;
    boolean done = false;
    for (Stretch stretch : queued) {
      long at = Math.max(stretch.from(), committed);
      while (at < stretch.to()) {
        while (at >= end) {
          // Offsets after the last run are waiting.
          WindowCodec.Run run = runs.hasNext() ? runs.next() : null;
          end = run == null ? Long.MAX_VALUE : end + run.length();
          done = run != null && run.state() == WindowCodec.State.DONE;
        }
        long until = Math.min(end, stretch.to());
        if (!done) {
          waiting.merge(stretch.lane().key, until - at, Long::sum);
        }
        at = until;
      }
    }
    Long unknown = waiting.remove(OTHERS);
    return new Waiting(Map.copyOf(waiting), unknown == null ? 0 : unknown);
  }
}
