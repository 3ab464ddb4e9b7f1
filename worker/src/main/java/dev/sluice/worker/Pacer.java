package dev.sluice.worker;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets actions pass at a rate, evenly spaced. Its bucket holds one token, or 10 ms of the rate
 * where that is more, and is charged when an action passes. So any sliding second holds the rate
 * plus that little: time lost to a stall is not made up for in a burst, and a bucket that held a
 * second's worth would let twice the rate through. It starts empty: the lane's last owner may have
 * sent a moment ago.
 *
 * <p>INVARIANT: {@code queued} counts actions submitted and not passed; whoever raises it from zero
 * starts the one thread that lets them pass.
 */
final class Pacer {
  private static final double BURST_SECONDS = 0.01;

  private final Bucket bucket;
  private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private double permitsPerSecond;

  Pacer(double permitsPerSecond) {
    this.permitsPerSecond = permitsPerSecond;
    bucket = Bucket.builder().addLimit(limit(permitsPerSecond)).withNanosecondPrecision().build();
  }

  private static Bandwidth limit(double permitsPerSecond) {
    return Bandwidth.builder()
        .capacity(Math.max(1, Math.round(permitsPerSecond * BURST_SECONDS)))
        .refillGreedy(1, Duration.ofNanos(Math.max(1, Math.round(1e9 / permitsPerSecond))))
        .initialTokens(0)
        .build();
  }

  void setRate(double newPermitsPerSecond) {
    if (newPermitsPerSecond != permitsPerSecond) {
      permitsPerSecond = newPermitsPerSecond;
      bucket.replaceConfiguration(
          BucketConfiguration.builder().addLimit(limit(newPermitsPerSecond)).build(),
          TokensInheritanceStrategy.AS_IS);
    }
  }

  /** How many more actions would pass within the given time. */
  long room(Duration ahead) {
    long wait = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    long left = ahead.toNanos() - wait;
    return left < 0 ? 0 : Math.max(0, 1 + (long) (left / 1e9 * permitsPerSecond) - queued.get());
  }

  void submit(Runnable action) {
    actions.add(action);
    if (queued.getAndIncrement() == 0) {
      Thread.ofVirtual().name("pacer").start(this::letPass);
    }
  }

  private void letPass() {
    do {
      try {
        Thread.sleep(Duration.ofNanos(bucket.consumeIgnoringRateLimits(1)));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      actions.remove().run();
    } while (queued.decrementAndGet() > 0);
  }
}
