package dev.sluice.worker.pacing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The share of its rate that a lane uses after the provider has asked for less: halved at once,
 * then raised additively (AIMD, as TCP's congestion control in RFC 5681).
 */
public final class AdaptiveThrottle {
  /** Refusals of sends that were in flight when the rate was halved do not halve it again. */
  private static final Duration ONE_EVENT = Duration.ofSeconds(1);

  /** Longer pauses are cut to this; then a few messages test the provider. */
  public static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /**
   * Six halvings: of 80/s it leaves 1.25/s, so that the provider is tested every second. Less would
   * spare a provider that refuses everything, and notice later that it takes messages again.
   */
  private static final double LEAST_SHARE = 1 / 64.0;

  /**
   * The share of the full rate added each second: 5 s from a half to all of it, 10 s from the
   * least. More would meet the provider's limit, and be halved, more often.
   */
  private static final double INCREASE_PER_SECOND = 0.1;

  private double share = 1;
  private long sinceNanos;
  private boolean everThrottled;
  private long pausedUntilNanos;

  /** Records that the provider asked for a lower rate, and possibly for a pause. */
  public void throttled(long nowNanos, @Nullable Duration pause) {
    if (!everThrottled || nowNanos - sinceNanos >= ONE_EVENT.toNanos()) {
      share = Math.max(LEAST_SHARE, share(nowNanos) / 2);
      sinceNanos = nowNanos;
    }
    if (pause != null) {
      Duration cut = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      long until = nowNanos + cut.toNanos();
      // Compare by difference, because nanoTime may overflow.
      pausedUntilNanos = everThrottled && pausedUntilNanos - until > 0 ? pausedUntilNanos : until;
    } else if (!everThrottled) {
      pausedUntilNanos = nowNanos;
    }
    everThrottled = true;
  }

  /** Returns the share of the lane's rate that may be used now. */
  public double share(long nowNanos) {
    return everThrottled
        ? Math.min(1, share + (nowNanos - sinceNanos) / 1e9 * INCREASE_PER_SECOND)
        : 1;
  }

  /** Returns whether the provider's pause lasts. */
  public boolean paused(long nowNanos) {
    return !pauseLeft(nowNanos).isZero();
  }

  /** Returns how much longer the provider's pause lasts; 0 if there is none. */
  public Duration pauseLeft(long nowNanos) {
    return everThrottled
        ? Duration.ofNanos(Math.max(0, pausedUntilNanos - nowNanos))
        : Duration.ZERO;
  }
}
