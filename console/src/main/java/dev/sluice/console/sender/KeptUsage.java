package dev.sluice.console.sender;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The senders' daily use as it was counted last, for all readers. What takes long to count is
 * counted again after a few seconds, and what cannot be counted any more is told on for a while.
 * There is an entry for each sender with a limit, so as many as somebody has created.
 */
final class KeptUsage {
  private static final Duration SLOW = Duration.ofMillis(250);
  private static final long KEPT_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long TOLD_NANOS = Duration.ofMinutes(10).toNanos();

  private final LongSupplier nanoTime;
  private final Map<String, Known> known = new HashMap<>();

  /**
   * A sender's usage, as far as it is known.
   *
   * @param used null if it has never been counted in time
   * @param atNanos when it was counted
   * @param isSlow whether counting took long when it was tried last
   * @param againNanos when it is counted again
   */
  private record Known(@Nullable Integer used, long atNanos, boolean isSlow, long againNanos) {
    Known slow(long againNanos) {
      return new Known(used, atNanos, true, againNanos);
    }
  }

  KeptUsage(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns the senders that this reader has to count, the slow ones on behalf of the others. */
  synchronized List<String> due(Collection<String> senders) {
    long now = nanoTime.getAsLong();
    List<String> due = senders.stream().filter(id -> isDue(known.get(id), now)).toList();
    due.forEach(id ->
        known.computeIfPresent(
            id, (_, before) -> before.isSlow() ? before.slow(now + KEPT_NANOS) : before));
    return due;
  }

  private static boolean isDue(@Nullable Known known, long now) {
    return known == null || now - known.againNanos() >= 0;
  }

  /** Keeps counts, in which senders that wrote to nobody are missing. */
  synchronized void counted(
      Collection<String> senders, Map<String, Integer> counts, Duration took) {
    long now = nanoTime.getAsLong();
    boolean isSlow = took.compareTo(SLOW) > 0;
    long again = isSlow ? now + KEPT_NANOS : now;
    senders.forEach(id -> known.put(id, new Known(counts.getOrDefault(id, 0), now, isSlow, again)));
  }

  /** Keeps that nothing could be counted in time. */
  synchronized void gaveUp(Collection<String> senders) {
    long now = nanoTime.getAsLong();
    long again = now + KEPT_NANOS;
    senders.forEach(id ->
        known.merge(id, new Known(null, now, true, again), (before, _) -> before.slow(again)));
  }

  /** Returns what is known of these senders by now; those of which nothing is are missing. */
  synchronized Map<String, Integer> told(Collection<String> senders) {
    long now = nanoTime.getAsLong();
    Map<String, Integer> told = new HashMap<>();
    for (String id : senders) {
      Known one = known.get(id);
      if (one != null && one.used() != null && now - one.atNanos() < TOLD_NANOS) {
        told.put(id, one.used());
      }
    }
    return told;
  }
}
