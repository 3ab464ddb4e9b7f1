package dev.sluice.worker;

import dev.sluice.schema.WindowCodec.Run;
import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The states of offsets, stored as runs of equal neighbours, so that a log that was declared in
 * doubt is one run, however long it is. An offset that was never set is waiting.
 */
final class OffsetStates {
  /** The start of each run; it ends where the next one begins. */
  private final TreeMap<Long, State> starts = new TreeMap<>();

  State get(long offset) {
    Map.Entry<Long, State> run = starts.floorEntry(offset);
    return run == null ? State.WAITING : run.getValue();
  }

  void set(long offset, State state) {
    set(offset, offset + 1, state);
  }

  /** Sets the offsets from one up to another, exclusive. */
  void set(long from, long to, State state) {
    State behind = get(to);
    starts.subMap(from, to + 1).clear();
    begin(from, state);
    begin(to, behind);
  }

  private void begin(long offset, State state) {
    if (get(offset) != state) {
      starts.put(offset, state);
    }
  }

  /** Forgets the states of the offsets below this one. */
  void forgetBelow(long offset) {
    State state = get(offset);
    starts.headMap(offset).clear();
    begin(offset, state);
  }

  /** Returns the first offset that is not done, from one up to another at most. */
  long firstOpen(long from, long to) {
    long offset = from;
    while (offset < to && get(offset) == State.DONE) {
      offset = endOfRun(offset, to);
    }
    return offset;
  }

  /** Returns how many offsets from one up to another are not done. */
  long countOpen(long from, long to) {
    return runs(from, to).stream()
        .filter(run -> run.state() != State.DONE)
        .mapToLong(Run::length)
        .sum();
  }

  /** Returns the runs from one offset up to another. */
  List<Run> runs(long from, long to) {
    List<Run> runs = new ArrayList<>();
    long start = from;
    State state = get(from);
    if (from < to) {
      for (Map.Entry<Long, State> next : starts.subMap(from, false, to, false).entrySet()) {
        runs.add(new Run(state, Math.toIntExact(next.getKey() - start)));
        start = next.getKey();
        state = next.getValue();
      }
      runs.add(new Run(state, Math.toIntExact(to - start)));
    }
    return runs;
  }

  private long endOfRun(long offset, long to) {
    Long next = starts.higherKey(offset);
    return next == null ? to : Math.min(next, to);
  }
}
