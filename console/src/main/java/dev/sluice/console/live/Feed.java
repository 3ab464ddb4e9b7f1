package dev.sluice.console.live;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One watched thing, with its viewers. */
final class Feed {
  /** A single failure may be a busy moment. */
  private static final int STALE_AFTER = 2;

  private final Supplier<LiveState> source;
  private final Set<Viewer> viewers = new HashSet<>();
  private final FutureTask<?> first;
  private @Nullable Moment newest;
  private int present;
  private int failures;

  /**
   * A state with the events that bring nearly all viewers to it, made once for all of them.
   *
   * @param before the state before it, or null if there was none
   * @param step the event that leads from there to it
   * @param whole the event that leads to it from nothing
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

    /**
     * Returns the event for a viewer that has last seen this state; empty if nothing has changed.
     */
    Optional<byte[]> since(@Nullable LiveState seen) {
      if (seen == null) {
        return Optional.of(whole);
      }
      return seen.equals(before) ? Optional.of(step) : state.since(seen);
    }
  }

  /**
   * Creates a feed without a state.
   *
   * @param opened called when it was read for the first time
   */
  Feed(Supplier<LiveState> source, Consumer<Feed> opened) {
    this.source = source;
    first =
        new FutureTask<>(
            () -> {
              begin(Moment.first(source.get()));
              opened.accept(this);
            },
            null);
  }

  /** Counts a viewer that is about to watch. */
  synchronized Feed entered() {
    present++;
    return this;
  }

  /** Counts a viewer that has left; returns whether it was the last. */
  synchronized boolean left() {
    present--;
    return present == 0;
  }

  /**
   * Reads the thing once for all viewers that arrive at the same time; a failure is the failure of
   * all of them.
   */
  void open() throws InterruptedException {
    first.run();
    try {
      first.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  private synchronized void begin(Moment moment) {
    newest = moment;
  }

  synchronized void add(Viewer viewer) {
    viewers.add(viewer);
    viewer.show(newest());
  }

  synchronized void remove(Viewer viewer) {
    viewers.remove(viewer);
  }

  private Moment newest() {
    return Objects.requireNonNull(newest, "it was not opened");
  }

  synchronized List<Viewer> viewers() {
    return List.copyOf(viewers);
  }

  /**
   * Reads the state again and shows it to all viewers if it has changed. Viewers learn that what
   * they see is old when reading has failed twice in a row.
   */
  void read() {
    LiveState state;
    try {
      state = source.get();
    } catch (RuntimeException e) {
      failed();
      throw e;
    }
    failures = 0;
    show(state);
  }

  private synchronized void failed() {
    failures++;
    if (failures == STALE_AFTER) {
      show(new LiveState.Stale(newest().state()));
    }
  }

  private synchronized void show(LiveState state) {
    LiveState before = newest().state();
    Optional<byte[]> step = state.since(before);
    if (step.isPresent()) {
      Moment moment = new Moment(state, before, step.get(), state.whole());
      newest = moment;
      viewers.forEach(viewer -> viewer.show(moment));
    }
  }
}
