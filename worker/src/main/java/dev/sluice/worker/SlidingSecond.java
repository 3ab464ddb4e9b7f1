package dev.sluice.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The sends of a lane that may have reached the provider within the last second. A message whose
 * answer is late may have been late on its way there: it keeps its place for that much longer, so
 * that messages which were held up and arrive together leave no room for others beside them.
 *
 * <p>One thread enters; answers come on any.
 */
final class SlidingSecond {
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  /** A message that is not answered is not waited for without end: it has arrived or never will. */
  private static final long LATEST_NANOS = Duration.ofSeconds(1).toNanos();

  /** While it waits for answers it looks again so often. */
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  private final Deque<Place> places = new ArrayDeque<>();

  /** One send's place. */
  static final class Place {
    private final long enteredNanos;
    private volatile long keptNanos = SECOND_NANOS + LATEST_NANOS;

    private Place(long enteredNanos) {
      this.enteredNanos = enteredNanos;
    }

    /** The answer came, so much later than answers usually do. */
    void answered(long lateNanos) {
      keptNanos = SECOND_NANOS + Math.min(lateNanos, LATEST_NANOS);
    }

    private long left(long nowNanos) {
      return keptNanos - (nowNanos - enteredNanos);
    }
  }

  /** How long to wait before one more of {@code most} may enter, 0 if it may now. */
  long waitNanos(int most, long nowNanos) {
    places.removeIf(place -> place.left(nowNanos) <= 0);
    if (places.size() < most) {
      return 0;
    }
    // An answer that comes meanwhile may free a place sooner than it looks now.
    long next = places.stream().mapToLong(place -> place.left(nowNanos)).min().orElse(0);
    return Math.min(next, LOOK_NANOS);
  }

  /** A send is launched now. */
  Place enter(long nowNanos) {
    Place place = new Place(nowNanos);
    places.add(place);
    return place;
  }
}
