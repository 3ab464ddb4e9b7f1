package dev.sluice.worker.pacing;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;

/**
 * When a lane's next send may be launched. Each send is charged to two token buckets: one fills at
 * the rate and holds a second of it, the other fills a little faster and holds one send (or 10 ms
 * of the rate if that is more), so that a short gap is made up within the second. {@link
 * SlidingWindow} bounds what may arrive in any second besides, and makes up for longer gaps more
 * slowly. The buckets start empty, because the lane's last owner may have sent a moment ago.
 *
 * <p>One thread launches sends; another changes the rate.
 */
final class Pace {
  private static final double BURST_SECONDS = 0.01;
  private static final double SPACING = 1.05;

  /**
   * The tokens of one send. Buckets refill over a period fixed at 1 s, because bucket4j keeps
   * fractions of a token across a change of rate only if the period stays the same. A bucket takes
   * at most one token a nanosecond.
   */
  private static final long SEND = 10_000;

  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long MOST_PER_SECOND = SECOND_NANOS / SEND;

  /** How often a long wait is measured anew, because the rate may have changed. */
  private static final long RECHECK_NANOS = Duration.ofMillis(250).toNanos();

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

  /** How many more sends have a time slot within the given time. */
  long room(Duration ahead) {
    long wait = bucket.estimateAbilityToConsume(SEND).getNanosToWaitForRefill();
    long left = ahead.toNanos() - wait;
    return left < 0 ? 0 : 1 + (long) (left / 1e9 * permitsPerSecond);
  }

  /** How long to wait before asking again, or 0 if the next send may be launched now. */
  long waitNanos() {
    long now = clock.currentTimeNanos();
    if (!charged) {
      dueNanos = now + bucket.consumeIgnoringRateLimits(SEND);
      charged = true;
    } else if (dueNanos - now > 0) {
      // The bucket is in debt until then.
      dueNanos = now + bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    }
    return dueNanos - now > 0
        ? Math.min(dueNanos - now, RECHECK_NANOS)
        : second.waitNanos(permitsPerSecond, now);
  }

  /** Enters a send that is launched now. */
  SlidingWindow.Place enter(LatencyEstimator usual) {
    charged = false;
    return second.enter(clock.currentTimeNanos(), usual);
  }
}
