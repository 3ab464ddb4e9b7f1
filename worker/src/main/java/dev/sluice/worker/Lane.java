package dev.sluice.worker;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A slice of one sender's rate, with the requests that wait for it. Its bucket holds a single token,
 * so sends are evenly spaced and any sliding second holds the rate, plus one; a bucket that held a
 * second's worth would let twice the rate through. It starts empty: the last owner may have sent a
 * moment ago.
 */
final class Lane {
  /** How far ahead of their time sends are picked: a few cycles, far less than control may take. */
  private static final Duration PICK_AHEAD = Duration.ofMillis(100);

  private final Deque<Job> ready = new ArrayDeque<>();
  private final Bucket bucket;
  private double permitsPerSecond;

  Lane(double permitsPerSecond) {
    this.permitsPerSecond = permitsPerSecond;
    bucket =
        Bucket.builder().addLimit(limit(permitsPerSecond)).withNanosecondPrecision().build();
  }

  private static Bandwidth limit(double permitsPerSecond) {
    return Bandwidth.builder()
        .capacity(1)
        .refillGreedy(1, Duration.ofNanos(Math.max(1, Math.round(1e9 / permitsPerSecond))))
        .initialTokens(0)
        .build();
  }

  void add(Job job) {
    ready.addLast(job);
  }

  /** Puts a job back where it was taken from. */
  void putBack(Job job) {
    ready.addFirst(job);
  }

  /** How many may be picked now: those whose time slots begin within the next moments. */
  int allowance() {
    if (ready.isEmpty()) {
      return 0;
    }
    long wait = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    long ahead = PICK_AHEAD.toNanos() - wait;
    return ahead < 0 ? 0 : (int) Math.min(ready.size(), 1 + (long) (ahead / 1e9 * permitsPerSecond));
  }

  @Nullable Job peek() {
    return ready.peekFirst();
  }

  Job take() {
    return ready.removeFirst();
  }

  /** Takes the rate of the newest request: a sender's rate may change while campaigns run. */
  void adopt(double newPermitsPerSecond) {
    if (newPermitsPerSecond != permitsPerSecond) {
      permitsPerSecond = newPermitsPerSecond;
      bucket.replaceConfiguration(
          BucketConfiguration.builder().addLimit(limit(newPermitsPerSecond)).build(),
          TokensInheritanceStrategy.AS_IS);
    }
  }

  /** Takes the next time slot and says how long it is until then. */
  Duration reserve() {
    return Duration.ofNanos(bucket.consumeIgnoringRateLimits(1));
  }
}
