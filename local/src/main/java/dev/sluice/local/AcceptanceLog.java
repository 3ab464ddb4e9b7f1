package dev.sluice.local;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The truth about what one number sent: when each message was accepted, and for whom. */
final class AcceptanceLog {
  private static final long SECOND = 1_000_000_000L;

  // Nanoseconds since the first acceptance, ascending because they are taken under the lock.
  private long[] times = new long[1024];
  private int size;
  private long origin;
  private @Nullable Instant first;
  private final Map<String, Integer> perRecipient = new HashMap<>();

  synchronized void accept(String recipient, long nanoTime, Instant at) {
    if (first == null) {
      first = at;
      origin = nanoTime;
    }
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
    }
    // Two threads may take their times in one order and the lock in the other.
    long since = nanoTime - origin;
    times[size] = size == 0 ? since : Math.max(since, times[size - 1]);
    size++;
    perRecipient.merge(recipient, 1, Integer::sum);
  }

  synchronized int size() {
    return size;
  }

  synchronized Summary summary() {
    int duplicates = size - perRecipient.size();
    Instant start = first;
    Instant last = start == null ? null : start.plusNanos(times[size - 1]);
    return new Summary(size, duplicates, maxIn(SECOND), start, last);
  }

  synchronized Map<String, Integer> perRecipient() {
    return Map.copyOf(perRecipient);
  }

  synchronized long acceptedOf(String prefix) {
    return perRecipient.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Acceptances after the given moment of the nanosecond clock. */
  synchronized int since(long nanoTime) {
    int count = 0;
    while (count < size && times[size - 1 - count] + origin - nanoTime > 0) {
      count++;
    }
    return count;
  }

  /** The longest time without an acceptance, after so many of them. */
  synchronized long longestPause(int from) {
    long longest = 0;
    for (int i = Math.max(1, from); i < size; i++) {
      longest = Math.max(longest, times[i] - times[i - 1]);
    }
    return longest;
  }

  /** The most in any sliding time of this length. */
  synchronized int maxIn(long nanos) {
    return maxIn(nanos, 0, size);
  }

  /** The most in any sliding time of this length, among the acceptances of these numbers. */
  synchronized int maxIn(long nanos, int begin, int end) {
    int max = 0;
    int from = begin;
    for (int to = begin; to < Math.min(end, size); to++) {
      while (times[to] - times[from] >= nanos) {
        from++;
      }
      max = Math.max(max, to - from + 1);
    }
    return max;
  }

  /**
   * What a number did.
   *
   * @param accepted messages accepted
   * @param duplicates acceptances beyond each recipient's first
   * @param maxInOneSecond the most in any sliding second
   * @param firstAt the first acceptance, or null if there was none
   * @param lastAt the last one, or null
   */
  record Summary(
      int accepted,
      int duplicates,
      int maxInOneSecond,
      @Nullable Instant firstAt,
      @Nullable Instant lastAt) {}
}
