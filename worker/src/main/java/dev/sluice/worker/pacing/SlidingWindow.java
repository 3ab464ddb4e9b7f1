package dev.sluice.worker.pacing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The sends of a lane that may have reached the provider within the last second. A late answer may
 * mean that the message arrived late: it keeps its place for that much longer, so that delayed
 * messages arriving together do not exceed the rate with others.
 *
 * <p>One thread enters sends; answers come on any thread.
 */
public final class SlidingWindow {
  /** A little more than a second, because evenly spaced sends do not arrive quite evenly. */
  static final long SECOND_NANOS = Duration.ofMillis(1_003).toNanos();

  /**
   * The share of the rate that may be sent in addition to make up for a stall. Rounded down to
   * whole messages: a sender's lanes stall together, and one message from each would be too many.
   */
  private static final double CATCH_UP = 0.0125;

  /** The longest that a late message keeps its place: by then it has arrived or never will. */
  private static final long LATEST_NANOS = Duration.ofSeconds(1).toNanos();

  /** How often it checks for answers that free a place. */
  private static final long RECHECK_NANOS = Duration.ofMillis(5).toNanos();

  /** Sends within the window, in order of entry. */
  private final Deque<Place> places = new ArrayDeque<>();

  /** Sends that keep their place for longer, because their answers are late. */
  private final List<Place> late = new ArrayList<>();

  /** One send's place. */
  public static final class Place {
    private final long enteredNanos;
    private final LatencyEstimator usual;

    /** How late the answer came, or negative while there is none. */
    private volatile long lateNanos = -1;

    private Place(long enteredNanos, LatencyEstimator usual) {
      this.enteredNanos = enteredNanos;
      this.usual = usual;
    }

    /** The answer came. */
    public void answered(long nowNanos) {
      lateNanos = usual.lateness(nowNanos - enteredNanos, nowNanos);
    }

    /** It has ended without an answer, which says nothing about answer times. */
    public void ended(long nowNanos) {
      lateNanos = usual.lateBy(nowNanos - enteredNanos);
    }

    private long windowLeft(long windowNanos, long nowNanos) {
      return windowNanos - (nowNanos - enteredNanos);
    }

    /** How much longer it keeps its place. */
    long left(long windowNanos, long nowNanos) {
      long waited = nowNanos - enteredNanos;
      long late = lateNanos;
      if (late < 0) {
        // A provider that usually takes seconds to answer has received it long ago.
        late = usual.late(waited) ? LATEST_NANOS : 0;
      }
      return windowNanos + Math.min(late, LATEST_NANOS) - waited;
    }
  }

  /**
   * How long to wait before one more may enter, 0 if it may now.
   *
   * @param permitsPerSecond the lane's rate, messages/s. If it is fractional the window is
   *     shortened to fit a whole number: 2.5/s are 2 in 0.8 s
   */
  long waitNanos(double permitsPerSecond, long nowNanos) {
    int whole = Math.max(1, (int) permitsPerSecond);
    int most = whole + (int) (permitsPerSecond * CATCH_UP);
    long windowNanos = Math.round(whole / permitsPerSecond * SECOND_NANOS);
    for (Place first = places.peek();
        first != null && first.windowLeft(windowNanos, nowNanos) <= 0;
        first = places.peek()) {
      late.add(places.remove());
    }
    late.removeIf(place -> place.left(windowNanos, nowNanos) <= 0);
    if (places.size() + late.size() < most) {
      return 0;
    }
    // An answer that comes meanwhile may free a place sooner.
    long next = RECHECK_NANOS;
    for (Place place : late) {
      next = Math.min(next, place.left(windowNanos, nowNanos));
    }
    Place first = places.peek();
    return first == null ? next : Math.min(next, first.windowLeft(windowNanos, nowNanos));
  }

  /** Enters a send that is launched now. */
  Place enter(long nowNanos, LatencyEstimator usual) {
    Place place = new Place(nowNanos, usual);
    places.add(place);
    return place;
  }
}
