package dev.sluice.local;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The log of what the provider accepted from one number: when, and for which recipient. */
final class AcceptanceLog {
  private static final long SECOND = 1_000_000_000L;

  // Nanoseconds since the first acceptance; ascending.
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
    // Threads may take the lock in another order than they read the clock.
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

  /** Returns the number of acceptances after the given {@link System#nanoTime()}. */
  synchronized int since(long nanoTime) {
    int count = 0;
    while (count < size && times[size - 1 - count] + origin - nanoTime > 0) {
      count++;
    }
    return count;
  }

  /**
   * Returns the longest time without an acceptance, in ns, ignoring the first {@code from}
   * acceptances.
   */
  synchronized long longestPause(int from) {
    long longest = 0;
    for (int i = Math.max(1, from); i < size; i++) {
      longest = Math.max(longest, times[i] - times[i - 1]);
    }
    return longest;
  }

  /** Returns the most acceptances in any sliding window of this length. */
  synchronized int maxIn(long nanos) {
    return maxIn(nanos, 0, size);
  }

  /**
   * Returns the most acceptances in any sliding window of this length, among those from {@code
   * begin} to before {@code end}.
   */
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
   * A summary of one number.
   *
   * @param accepted messages accepted
   * @param duplicates acceptances beyond each recipient's first
   * @param maxInOneSecond the most in any sliding second
   * @param firstAt the first acceptance, or null if there was none
   * @param lastAt the last acceptance, or null
   */
  record Summary(
      int accepted,
      int duplicates,
      int maxInOneSecond,
      @Nullable Instant firstAt,
      @Nullable Instant lastAt) {}
}
