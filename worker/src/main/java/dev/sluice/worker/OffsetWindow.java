package dev.sluice.worker;

import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.Run;
import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The states of one partition's offsets, from the first that is not done. The partition's next
 * owner recovers it from the committed offset and its metadata. Pure: it holds no Kafka client.
 *
 * <p>INVARIANT: in whatever order sends finish, {@link #encode} fits the broker's limit, because
 * {@link #mayTouch} was asked before this owner changed an offset's state.
 */
final class OffsetWindow {
  /** Every offset below is done, and that is committed. */
  private long base;

  /** The next offset not seen yet; every one below was admitted or never arrives. */
  private long next;

  /** One past the highest offset that was ever started, or set to done. */
  private long touched;

  /** The number of offsets below {@code touched} that are not done. */
  private long openBelowTouched;

  /**
   * One past the highest offset changed by this owner; those from there up to {@code touched} are
   * recovered.
   */
  private long reach;

  /** {@code touched} and {@code reach} as of the last commit. */
  private long committedTouched;

  private long committedReach;

  /** The offset up to which packing makes the text shortest, as of when that last mattered. */
  private long packedTo;

  /**
   * Gaps in the recovered part that this owner has not reached. They are done, but marking them now
   * would split runs and might exceed the limit.
   */
  private final Deque<Long> gapsAhead = new ArrayDeque<>();

  private final OffsetStates states = new OffsetStates();

  /** What {@link #encode} has returned, until something changes. */
  private @Nullable String encoded;

  /**
   * Restores what the last owner committed.
   *
   * @param base the committed offset
   * @param recovered the runs from there on
   */
  OffsetWindow(long base, List<Run> recovered) {
    this.base = base;
    this.next = base;
    this.touched = base;
    this.reach = base;
    long offset = base;
    for (Run run : recovered) {
      states.set(offset, offset + run.length(), run.state());
      offset += run.length();
    }
    touched = offset;
    openBelowTouched = states.countOpen(base, touched);
    committedTouched = touched;
    committedReach = reach;
    packedTo = base;
  }

  long base() {
    return base;
  }

  State state(long offset) {
    return offset < base ? State.DONE : states.get(offset);
  }

  /**
   * Admits a record that has arrived. Offsets skipped on the way (transaction markers, aborted
   * records) never arrive and are done.
   *
   * @return the offset's state: waiting, or as the last owner left it
   */
  State admit(long offset) {
    skipTo(offset);
    if (offset >= next) {
      next = offset + 1;
      encoded = null;
    }
    return state(offset);
  }

  /** Moves on to the consumer's position; offsets below it that did not arrive never will. */
  void skipTo(long position) {
    if (position > next) {
      encoded = null;
    }
    for (long gap = next; gap < position; gap++) {
      if (state(gap) != State.DONE) {
        if (gap >= reach && gap < touched) {
          gapsAhead.add(gap);
        } else {
          passOver(gap);
        }
      }
    }
    next = Math.max(next, position);
    passGaps();
  }

  private void passOver(long gap) {
    encoded = null;
    if (gap < touched && state(gap) != State.DONE) {
      openBelowTouched--;
    }
    states.set(gap, State.DONE);
  }

  private void passGaps() {
    while (!gapsAhead.isEmpty() && gapsAhead.peek() <= Math.max(reach, firstOpen())) {
      long gap = gapsAhead.remove();
      passOver(gap);
      reach = Math.max(reach, gap + 1);
    }
  }

  /**
   * Returns whether an offset's state may be set without the encoded window ever exceeding the
   * limit.
   */
  boolean mayTouch(long offset) {
    long end = Math.max(touched, offset + 1);
    if (offset < reach || end - base <= WindowCodec.MOST_PACKED) {
      return true;
    }
    if (offset >= touched) {
      return worstLength(openBelowTouched + states.countOpen(touched, end), end - base)
              <= WindowCodec.MAX_LENGTH
          || isShorterPacked(end, WindowCodec.MAX_LENGTH);
    }
    // A recovered window may be larger than this owner would let it grow, for example a long log in
    // doubt. It is then worked off from its beginning, while the rest stays encoded as recovered.
    return worstLength(openBelowTouched, touched - base) <= WindowCodec.MAX_LENGTH
        || offset == firstOpen()
        || worstLength(states.countOpen(base, offset + 1), offset + 1 - base)
                + WindowCodec.asRuns(runs(offset + 1)).length()
            <= WindowCodec.MAX_LENGTH
        || isShorterPacked(end, WindowCodec.MAX_LENGTH);
  }

  /**
   * Returns whether it is half full, not counting what is gained by packing only a part, so that
   * what cannot be sent soon should leave it: a successor reads the log from its beginning on.
   */
  boolean crowded() {
    return isFuller(1 / 2.0);
  }

  /** Returns whether soon nothing more can be started before the first offsets are done. */
  boolean nearlyFull() {
    return isFuller(7 / 8.0) && !isShorterPacked(touched, WindowCodec.MAX_LENGTH / 8 * 7);
  }

  /**
   * Returns whether more than this share is used of whichever of the two forms leaves more room.
   */
  private boolean isFuller(double share) {
    return touched - base > share * WindowCodec.MOST_PACKED
        && worstLength(openBelowTouched, touched - base) > share * WindowCodec.MAX_LENGTH;
  }

  /** Returns whether the text never exceeds this length if its first part is packed. */
  private boolean isShorterPacked(long end, int length) {
    if (worstLengthPackedTo(packedTo, end) > length) {
      packedTo = bestSplit(end);
    }
    return worstLengthPackedTo(packedTo, end) <= length;
  }

  private int worstLengthPackedTo(long split, long end) {
    long from = Math.max(base, split);
    return worstLength(from - base, states.countOpen(from, end), end - from);
  }

  private long bestSplit(long end) {
    long best = base;
    int least = Integer.MAX_VALUE;
    long split = base;
    List<Run> runs = states.runs(base, end);
    long open = states.countOpen(base, end);
    for (Run run : runs) {
      split += run.length();
      if (split - base > WindowCodec.MOST_PACKED) {
        break;
      }
      open -= run.state() == State.DONE ? 0 : run.length();
      int length = worstLength(split - base, open, end - split);
      if (length < least) {
        least = length;
        best = split;
      }
    }
    return best;
  }

  private static int worstLength(long open, long span) {
    return isTooMuch(open, span)
        ? Integer.MAX_VALUE
        : WindowCodec.worstLength((int) open, (int) span);
  }

  private static int worstLength(long packed, long open, long span) {
    return isTooMuch(open, span)
        ? Integer.MAX_VALUE
        : WindowCodec.worstLength((int) packed, (int) open, (int) span);
  }

  /** Beyond this, the open ones alone are too many. */
  private static boolean isTooMuch(long open, long span) {
    return open > WindowCodec.MAX_LENGTH || span > Integer.MAX_VALUE;
  }

  /** Sets an offset's state; callers must ask {@link #mayTouch} first. */
  void set(long offset, State state) {
    if (offset < base) {
      throw new IllegalArgumentException("offset " + offset + " is below the base " + base);
    }
    if (offset >= touched) {
      openBelowTouched += states.countOpen(touched, offset + 1);
      touched = offset + 1;
    }
    encoded = null;
    boolean wasOpen = state(offset) != State.DONE;
    boolean isOpen = state != State.DONE;
    if (wasOpen != isOpen) {
      openBelowTouched += isOpen ? 1 : -1;
    }
    states.set(offset, state);
    reach = Math.max(reach, offset + 1);
    passGaps();
  }

  /** Returns the offset to commit: the first that is not done. */
  long firstOpen() {
    return states.firstOpen(base, next);
  }

  /** Returns the runs from {@link #firstOpen} on, up to the last offset that is not waiting. */
  List<Run> runs() {
    return runs(firstOpen());
  }

  private List<Run> runs(long from) {
    List<Run> runs = states.runs(from, touched);
    return !runs.isEmpty() && runs.getLast().state() == State.WAITING
        ? runs.subList(0, runs.size() - 1)
        : runs;
  }

  /** Returns the runs as text, which is kept until one of them changes. */
  String encode() {
    String text = encoded;
    if (text == null) {
      text = WindowCodec.encode(runs());
      encoded = text;
    }
    return text;
  }

  /** Records that this window has been committed: forgets the leading offsets that are done. */
  void committed() {
    long first = firstOpen();
    if (first > base) {
      states.forgetBelow(first);
      base = first;
      touched = Math.max(touched, base);
      reach = Math.max(reach, base);
      encoded = null;
    }
    committedTouched = touched;
    committedReach = reach;
  }

  /**
   * Records that all states set since the last commit were set back. What was allowed because some
   * were done must be asked for again.
   */
  void rolledBack() {
    touched = committedTouched;
    reach = committedReach;
    openBelowTouched = states.countOpen(base, touched);
    encoded = null;
  }
}
