package dev.sluice.worker.pacing;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;

/**
 * When a lane's next send may pass. Two buckets are charged for each: one fills at the rate and
 * holds what a second of it was not used, the other fills a little faster and holds one send (or 10
 * ms of the rate where that is more), so that a gap of a moment is closed within the second. What
 * may have arrived in any sliding second is bounded by {@link SlidingWindow} besides, which makes
 * up for longer ones more slowly. Buckets start empty: the lane's last owner may have sent a moment
 * ago.
 *
 * <p>One thread lets sends pass; the rate is changed by another.
 */
final class Pace {
  private static final double BURST_SECONDS = 0.01;
  private static final double SPACING = 1.05;

  /**
   * The tokens of one send. They fill by so many in a second of fixed length, because bucket4j
   * keeps the fraction of a token over a change of rate only if the period stays the same. A bucket
   * takes one token a nanosecond at most.
   */
  private static final long SEND = 10_000;

  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long MOST_PER_SECOND = SECOND_NANOS / SEND;

  /** So often a long wait is measured anew: the rate may have changed. */
  private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

  private final TimeMeter clock;
  private final Bucket bucket;
  private final SlidingWindow second = new SlidingWindow();
  private volatile double permitsPerSecond;
  private boolean charged;
  private long dueNanos;

  Pace(double permitsPerSecond, TimeMeter clock) {
    this.permitsPerSecond = permitsPerSecond;
    this.clock = clock;
    bucket =
        Bucket.builder()
            .addLimit(rate(permitsPerSecond))
            .addLimit(spacing(permitsPerSecond))
            .withCustomTimePrecision(clock)
            .build();
  }

  private static Bandwidth rate(double permitsPerSecond) {
    return bandwidth("rate", permitsPerSecond, permitsPerSecond);
  }

  private static Bandwidth spacing(double permitsPerSecond) {
    return bandwidth("spacing", permitsPerSecond * BURST_SECONDS, permitsPerSecond * SPACING);
  }

  private static Bandwidth bandwidth(String id, double sends, double sendsPerSecond) {
    return Bandwidth.builder()
        .capacity(Math.clamp(Math.round(sends), 1, MOST_PER_SECOND) * SEND)
        .refillGreedy(
            Math.clamp(Math.round(sendsPerSecond * SEND), 1, SECOND_NANOS),
            Duration.ofNanos(SECOND_NANOS))
        .initialTokens(0)
        .id(id)
        .build();
  }

  void setRate(double newPermitsPerSecond) {
    if (newPermitsPerSecond != permitsPerSecond) {
      permitsPerSecond = newPermitsPerSecond;
      bucket.replaceConfiguration(
          BucketConfiguration.builder()
              .addLimit(rate(newPermitsPerSecond))
              .addLimit(spacing(newPermitsPerSecond))
              .build(),
          TokensInheritanceStrategy.AS_IS);
    }
  }

  /** How many more sends would pass within the given time. */
  long room(Duration ahead) {
    long wait = bucket.estimateAbilityToConsume(SEND).getNanosToWaitForRefill();
    long left = ahead.toNanos() - wait;
    return left < 0 ? 0 : 1 + (long) (left / 1e9 * permitsPerSecond);
  }

  /** How long to wait before this is asked again, or 0 if the next send may pass now. */
  long waitNanos() {
    long now = clock.currentTimeNanos();
    if (!charged) {
      dueNanos = now + bucket.consumeIgnoringRateLimits(SEND);
      charged = true;
    } else if (dueNanos - now > 0) {
      // It is in debt until then.
      dueNanos = now + bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    }
    return dueNanos - now > 0
        ? Math.min(dueNanos - now, LOOK_NANOS)
        : second.waitNanos(permitsPerSecond, now);
  }

  /** A send passes now, to a provider that answers in the usual time. */
  SlidingWindow.Place enter(LatencyEstimator usual) {
    charged = false;
    return second.enter(clock.currentTimeNanos(), usual);
  }
}
