package dev.sluice.worker;

import dev.sluice.runtime.Health;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tells when lanes do not move although nobody has stopped them, whatever the cause. */
final class StallDetector {
  private static final String COMPONENT = "lanes";

  /** Looking costs something for each lane. */
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /** A rebalance or a slow broker may take so long. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  /** So many sends at the lane's rate are waited for besides. */
  private static final int SENDS = 3;

  private final Health health;
  private boolean everLooked;
  private long lookedNanos;
  private volatile long longestNanos;

  StallDetector(Health health) {
    this.health = health;
  }

  /**
   * Looks at lanes, once a second at most.
   *
   * @param runs whether nobody has stopped what a request belongs to
   */
  void look(List<Lane> lanes, Predicate<SendTask> runs, long nowNanos) {
    if (everLooked && nowNanos - lookedNanos < BETWEEN.toNanos()) {
      return;
    }
    everLooked = true;
    lookedNanos = nowNanos;
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
    double slots = SENDS / lane.currentRate(nowNanos);
    return waited / 1e9 > GRACE.toSeconds() + slots
        ? "nothing of "
            + next.request().laneKey()
            + " was sent for "
            + waited / 1_000_000_000
            + " s"
        : null;
  }

  /** How long the lane that has waited longest has, in seconds. */
  double longestSeconds() {
    return longestNanos / 1e9;
  }
}
