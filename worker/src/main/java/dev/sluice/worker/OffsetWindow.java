package dev.sluice.worker;

import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.Run;
import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the offsets of one partition stand, from the first that is not done. It is what the
 * partition's next owner learns from the committed offset and its metadata. Pure: it holds no Kafka
 * client.
 *
 * <p>INVARIANT: whatever sends finish in whatever order, {@link #encode} fits the broker's limit,
 * because {@link #mayTouch} was asked before this owner changed how an offset stands.
 */
final class OffsetWindow {
  /** Every offset below is done, and a transaction that says so has committed. */
  private long base;

  /** The next offset not seen yet; every one below was admitted or never arrives. */
  private long next;

  /** One past the highest offset that was ever started, or done by decision. */
  private long touched;

  /** Offsets below {@code touched} that are not done. */
  private int openBelowTouched;

  /** One past the highest offset that this owner has changed; up to {@code touched}: recovered. */
  private long reach;

  /**
   * Offsets that never arrive, in what was recovered and this owner has not come to: they are done,
   * but to say so would split runs that it may be too long to split.
   */
  private final Deque<Long> gapsAhead = new ArrayDeque<>();

  /** How the offsets from {@code base} on stand; null is waiting. */
  private @Nullable State[] states = new State[256];

  /**
   * Takes over where the last owner's transaction left off.
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
      for (int i = 0; i < run.length(); i++) {
        put(offset++, run.state());
      }
    }
    touched = offset;
    openBelowTouched = countOpen(base, touched);
  }

  long base() {
    return base;
  }

  State state(long offset) {
    if (offset < base) {
      return State.DONE;
    }
    long index = offset - base;
    State state = index < states.length ? states[(int) index] : null;
    return state == null ? State.WAITING : state;
  }

  /**
   * A record arrived. Offsets skipped on the way (transaction markers, aborted records) never
   * arrive: they are done.
   *
   * @return how the offset stands: waiting, or as the last owner left it
   */
  State admit(long offset) {
    skipTo(offset);
    next = Math.max(next, offset + 1);
    return state(offset);
  }

  /** The consumer is at this position: what did not arrive below it never will. */
  void skipTo(long position) {
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
    if (gap < touched && state(gap) != State.DONE) {
      openBelowTouched--;
    }
    put(gap, State.DONE);
  }

  private void passGaps() {
    while (!gapsAhead.isEmpty() && gapsAhead.peek() <= Math.max(reach, firstOpen())) {
      long gap = gapsAhead.remove();
      passOver(gap);
      reach = Math.max(reach, gap + 1);
    }
  }

  /** Whether an offset's state may be set without the text ever growing past the limit. */
  boolean mayTouch(long offset) {
    if (offset < reach) {
      return true;
    }
    if (offset >= touched) {
      return worstLength(openBelowTouched + countOpen(touched, offset + 1), offset + 1)
          <= WindowCodec.MAX_LENGTH;
    }
    // What was recovered may be more than would be declared at once, such as a long log in doubt.
    // Then it is taken up from its beginning, and what follows still reads as it was recovered.
    return worstLength(openBelowTouched, touched) <= WindowCodec.MAX_LENGTH
        || offset == firstOpen()
        || worstLength(countOpen(base, offset + 1), offset + 1)
                + WindowCodec.encode(runs(offset + 1)).length()
            <= WindowCodec.MAX_LENGTH;
  }

  /** Whether so much is open that little more can be touched before some of it is done. */
  boolean crowded() {
    return worstLength(openBelowTouched, touched) > WindowCodec.MAX_LENGTH / 2;
  }

  private int worstLength(int open, long end) {
    long span = end - base;
    return span > Integer.MAX_VALUE ? Integer.MAX_VALUE : WindowCodec.worstLength(open, (int) span);
  }

  /** Sets how an offset stands; whatever sets it asks {@link #mayTouch} first. */
  void set(long offset, State state) {
    if (offset < base) {
      throw new IllegalArgumentException("offset " + offset + " is below the base " + base);
    }
    if (offset >= touched) {
      openBelowTouched += countOpen(touched, offset + 1);
      touched = offset + 1;
    }
    boolean wasOpen = state(offset) != State.DONE;
    boolean isOpen = state != State.DONE;
    if (wasOpen != isOpen) {
      openBelowTouched += isOpen ? 1 : -1;
    }
    put(offset, state);
    reach = Math.max(reach, offset + 1);
    passGaps();
  }

  /** The offset to commit: the first that is not done. */
  long firstOpen() {
    long offset = base;
    while (offset < next && state(offset) == State.DONE) {
      offset++;
    }
    return offset;
  }

  /** The runs from {@link #firstOpen} on, up to the last offset that is not waiting. */
  List<Run> runs() {
    return runs(firstOpen());
  }

  private List<Run> runs(long from) {
    List<Run> runs = new ArrayList<>();
    long offset = from;
    while (offset < touched) {
      State state = state(offset);
      long end = offset + 1;
      while (end < touched && state(end) == state) {
        end++;
      }
      if (end < touched || state != State.WAITING) {
        runs.add(new Run(state, (int) (end - offset)));
      }
      offset = end;
    }
    return runs;
  }

  String encode() {
    return WindowCodec.encode(runs());
  }

  /** A transaction that says how this window stands has committed: forget what is done. */
  void committed() {
    long first = firstOpen();
    int shift = (int) (first - base);
    if (shift == 0) {
      return;
    }
    int kept = Math.max(0, states.length - shift);
    if (kept > 0) {
      System.arraycopy(states, shift, states, 0, kept);
    }
    Arrays.fill(states, kept, states.length, null);
    base = first;
    touched = Math.max(touched, base);
    reach = Math.max(reach, base);
  }

  private void put(long offset, State state) {
    int index = Math.toIntExact(offset - base);
    if (index >= states.length) {
      states = Arrays.copyOf(states, Math.max(index + 1, states.length * 2));
    }
    states[index] = state;
  }

  private int countOpen(long from, long to) {
    int open = 0;
    for (long offset = from; offset < to; offset++) {
      if (state(offset) != State.DONE) {
        open++;
      }
    }
    return open;
  }
}
