package dev.sluice.worker;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Lets sends pass at a rate, evenly spaced, and makes up for time that a stall has cost: slowly,
 * because the provider counts each second. Two buckets are charged when a send passes: one fills at
 * the rate and holds what a second of it was not used, the other fills a little faster and holds
 * one token (or 10 ms of the rate where that is more), so that a gap of a moment is closed within
 * the second. What may have arrived in any sliding second is bounded by {@link SlidingSecond}
 * besides, which makes up for longer ones more slowly. Buckets start empty: the lane's last owner
 * may have sent a moment ago.
 *
 * <p>INVARIANT: {@code queued} counts sends submitted and not passed; whoever raises it from zero
 * starts the one thread that lets them pass.
 */
final class Pacer {
  private static final double BURST_SECONDS = 0.01;
  private static final double SPACING = 1.05;

  /** How often it looks whether a provider that is new to this process has answered. */
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  private final Bucket bucket;
  private final SlidingSecond second = new SlidingSecond();
  private final Queue<Send> sends = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private volatile double permitsPerSecond;

  private record Send(Consumer<SlidingSecond.Place> launch, AnswerTime usual) {}

  Pacer(double permitsPerSecond) {
    this.permitsPerSecond = permitsPerSecond;
    bucket =
        Bucket.builder()
            .addLimit(rate(permitsPerSecond))
            .addLimit(spacing(permitsPerSecond))
            .withNanosecondPrecision()
            .build();
  }

  private static Bandwidth rate(double permitsPerSecond) {
    return Bandwidth.builder()
        .capacity(Math.max(1, Math.round(permitsPerSecond)))
        .refillGreedy(1, interval(permitsPerSecond))
        .initialTokens(0)
        .id("rate")
        .build();
  }

  private static Bandwidth spacing(double permitsPerSecond) {
    return Bandwidth.builder()
        .capacity(Math.max(1, Math.round(permitsPerSecond * BURST_SECONDS)))
        .refillGreedy(1, interval(permitsPerSecond * SPACING))
        .initialTokens(0)
        .id("spacing")
        .build();
  }

  private static Duration interval(double permitsPerSecond) {
    return Duration.ofNanos(Math.max(1, Math.round(1e9 / permitsPerSecond)));
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
    long wait = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    long left = ahead.toNanos() - wait;
    return left < 0 ? 0 : Math.max(0, 1 + (long) (left / 1e9 * permitsPerSecond) - queued.get());
  }

  /**
   * Launches a send when it may pass, with its place in the second.
   *
   * @param usual how long its provider usually takes to answer
   */
  void submit(Consumer<SlidingSecond.Place> launch, AnswerTime usual) {
    sends.add(new Send(launch, usual));
    if (queued.getAndIncrement() == 0) {
      Thread.ofVirtual().name("pacer").start(this::letPass);
    }
  }

  private void letPass() {
    do {
      pause(bucket.consumeIgnoringRateLimits(1));
      for (long wait = second.waitNanos(permitsPerSecond, System.nanoTime());
          wait > 0;
          wait = second.waitNanos(permitsPerSecond, System.nanoTime())) {
        pause(wait);
      }
      Send send = sends.remove();
      while (!send.usual().tryLaunch()) {
        pause(LOOK_NANOS);
      }
      send.launch().accept(second.enter(System.nanoTime(), send.usual()));
    } while (queued.decrementAndGet() > 0);
  }

  private static void pause(long nanos) {
    try {
      Thread.sleep(Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
