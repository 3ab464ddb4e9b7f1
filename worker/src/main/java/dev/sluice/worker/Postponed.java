package dev.sluice.worker;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Jobs that must not be sent yet, in order of the time when they are to be looked at again. */
final class Postponed {
  private record Entry(Job job, long dueNanos) {}

  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(Comparator.comparingLong(Entry::dueNanos));

  void add(Job job, long dueNanos) {
    queue.add(new Entry(job, dueNanos));
  }

  void removeIf(Predicate<Job> leaves) {
    queue.removeIf(entry -> leaves.test(entry.job()));
  }

  /** The next job that is due, or null; those of partitions that were taken away are dropped. */
  @Nullable Job nextDue(long nowNanos) {
    while (true) {
      Entry first = queue.peek();
      if (first == null || (first.dueNanos() > nowNanos && !first.job().partition().lost())) {
        return null;
      }
      queue.remove();
      if (!first.job().partition().lost()) {
        return first.job();
      }
    }
  }
}
