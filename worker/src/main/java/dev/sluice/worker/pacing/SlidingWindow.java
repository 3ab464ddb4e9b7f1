package dev.sluice.worker.pacing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The sends of a lane that may have reached the provider within the last second. A message whose
 * answer is late may have been late on its way there: it keeps its place for that much longer, so
 * that messages which were held up and arrive together leave no room for others beside them.
 *
 * <p>One thread enters; answers come on any.
 */
public final class SlidingWindow {
  /** A little more than a second: sends that leave evenly spaced do not quite arrive so. */
  static final long SECOND_NANOS = Duration.ofMillis(1_003).toNanos();

  /**
   * So much of a rate may be sent besides, to make up for time that a stall has cost. Only whole
   * messages: a sender's lanes were all stalled at once, and one of each would be too many.
   */
  private static final double CATCH_UP = 0.0125;

  /** A message that is not answered is not waited for without end: it has arrived or never will. */
  private static final long LATEST_NANOS = Duration.ofSeconds(1).toNanos();

  /** While it waits for answers it looks again so often. */
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  /** Those that entered within the window, in this order: nobody leaves before its end. */
  private final Deque<Place> places = new ArrayDeque<>();

  /** Those that keep their place for longer, because their answers are late. */
  private final List<Place> late = new ArrayList<>();

  /** One send's place. */
  public static final class Place {
    private final long enteredNanos;
    private final LatencyEstimator usual;

    /** How late the answer came, or less than 0 while there is none. */
    private volatile long lateNanos = -1;

    private Place(long enteredNanos, LatencyEstimator usual) {
      this.enteredNanos = enteredNanos;
      this.usual = usual;
    }

    /** The answer came. */
    public void answered(long nowNanos) {
      lateNanos = usual.lateness(nowNanos - enteredNanos, nowNanos);
    }

    /** It has ended without an answer, which tells nothing about how long answers take. */
    public void ended(long nowNanos) {
      lateNanos = usual.lateBy(nowNanos - enteredNanos);
    }

    private long windowLeft(long windowNanos, long nowNanos) {
      return windowNanos - (nowNanos - enteredNanos);
    }

    /** How long it is kept from now on. */
    long left(long windowNanos, long nowNanos) {
      long waited = nowNanos - enteredNanos;
      long late = lateNanos;
      if (late < 0) {
        // A provider that always takes seconds to answer has had it for long.
        late = usual.late(waited) ? LATEST_NANOS : 0;
      }
      return windowNanos + Math.min(late, LATEST_NANOS) - waited;
    }
  }

  /**
   * How long to wait before one more may enter, 0 if it may now.
   *
   * @param permitsPerSecond the lane's rate, messages/s. Where that is no whole number the window
   *     is made to fit one: 2.5/s are 2 in 0.8 s
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
    // An answer that comes meanwhile may free a place sooner than it looks now.
    long next = LOOK_NANOS;
    for (Place place : late) {
      next = Math.min(next, place.left(windowNanos, nowNanos));
    }
    Place first = places.peek();
    return first == null ? next : Math.min(next, first.windowLeft(windowNanos, nowNanos));
  }

  /** A send is launched now, to a provider that answers in the usual time. */
  Place enter(long nowNanos, LatencyEstimator usual) {
    Place place = new Place(nowNanos, usual);
    places.add(place);
    return place;
  }
}
