package dev.sluice.worker;

import dev.sluice.runtime.Health;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Detects lanes that send nothing, whatever the cause, unless an operator or a control holds them,
 * and lanes that lose their permits.
 */
final class StallDetector {
  private static final String COMPONENT = "lanes";

  /** Each review costs some time per lane. */
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /** The time that a rebalance or a slow broker may take. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  /** In addition, the time of this many sends at the lane's rate. */
  private static final int SENDS = 3;

  /** Fewer lost permits are not a pattern. */
  private static final int MANY_LOST = 10;

  private final Health health;
  private boolean everReviewed;
  private long reviewedNanos;
  private volatile long longestNanos;

  StallDetector(Health health) {
    this.health = health;
  }

  /**
   * Checks the lanes, at most once a second.
   *
   * @param runs returns whether a request may be sent
   */
  void review(List<Lane> lanes, Predicate<SendTask> runs, long nowNanos) {
    if (everReviewed && nowNanos - reviewedNanos < BETWEEN.toNanos()) {
      return;
    }
    everReviewed = true;
    reviewedNanos = nowNanos;
    long longest = 0;
    String stuck = null;
    for (Lane lane : lanes) {
      SendTask next = lane.peek();
      if (next != null && runs.test(next)) {
        long waited = lane.waitedNanos(nowNanos);
        longest = Math.max(longest, waited);
        stuck = stuck == null ? reason(lane, next, waited, nowNanos) : stuck;
      }
    }
    longestNanos = longest;
    if (stuck == null) {
      health.working(COMPONENT);
    } else {
      health.failing(COMPONENT, stuck);
    }
  }

  private static @Nullable String reason(Lane lane, SendTask next, long waited, long nowNanos) {
    Duration pause = lane.pauseLeft(nowNanos);
    if (pause.compareTo(GRACE) > 0) {
      return "the provider asks "
          + next.request().laneKey()
          + " to wait, "
          + pause.toSeconds()
          + " s more";
    }
    int lost = lane.permitsLost(nowNanos);
    if (lost >= MANY_LOST) {
      return "the provider closes connections while messages of "
          + next.request().laneKey()
          + " wait for their permits, and others do not open in time: "
          + lost
          + " permits were lost";
    }
    double slots = SENDS / lane.currentRate(nowNanos);
    return waited / 1e9 > GRACE.toSeconds() + slots
        ? "nothing of "
            + next.request().laneKey()
            + " was sent for "
            + waited / 1_000_000_000
            + " s"
        : null;
  }

  /** Returns the longest time that a lane has waited, s. */
  double longestSeconds() {
    return longestNanos / 1e9;
  }
}
