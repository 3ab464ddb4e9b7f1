package dev.sluice.console;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A thing that is watched, with its viewers. */
final class Feed {
  private final Supplier<LiveState> source;
  private final Set<Viewer> viewers = new HashSet<>();
  private Moment newest;

  /**
   * A state with the events that bring nearly all viewers there, made once for all of them.
   *
   * @param before the state before it, or null if there was none
   * @param step the event from there
   * @param whole the event from nothing
   */
  record Moment(
      LiveState state,
      @Nullable LiveState before,
      @SuppressWarnings("ArrayRecordComponent") byte[] step,
      @SuppressWarnings("ArrayRecordComponent") byte[] whole) {

    static Moment first(LiveState state) {
      byte[] whole = state.whole();
      return new Moment(state, null, whole, whole);
    }

    /** The event for who has seen this last; nothing if that is the same. */
    Optional<byte[]> since(@Nullable LiveState seen) {
      if (seen == null) {
        return Optional.of(whole);
      }
      return seen.equals(before) ? Optional.of(step) : state.since(seen);
    }
  }

  Feed(Supplier<LiveState> source, Moment newest) {
    this.source = source;
    this.newest = newest;
  }

  synchronized Moment newest() {
    return newest;
  }

  synchronized void add(Viewer viewer) {
    viewers.add(viewer);
    viewer.show(newest);
  }

  /** Whether others stay. */
  synchronized boolean remove(Viewer viewer) {
    viewers.remove(viewer);
    return !viewers.isEmpty();
  }

  synchronized List<Viewer> viewers() {
    return List.copyOf(viewers);
  }

  /** Reads it, and shows it to all if it has changed. */
  void read() {
    show(source.get());
  }

  private synchronized void show(LiveState state) {
    LiveState before = newest.state();
    Optional<byte[]> step = state.since(before);
    if (step.isPresent()) {
      newest = new Moment(state, before, step.get(), state.whole());
      viewers.forEach(viewer -> viewer.show(newest));
    }
  }
}
