package dev.sluice.worker;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Jobs that must not be sent yet, in order of the time when they are to be looked at again. */
final class DelayedTasks {
  private record Entry(SendTask task, long dueNanos) {}

  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(Comparator.comparingLong(Entry::dueNanos));

  void add(SendTask task, long dueNanos) {
    queue.add(new Entry(task, dueNanos));
  }

  void removeIf(Predicate<SendTask> leaves) {
    queue.removeIf(entry -> leaves.test(entry.task()));
  }

  /** The next task that is due, or null; those of partitions that were taken away are dropped. */
  @Nullable SendTask nextDue(long nowNanos) {
    while (true) {
      Entry first = queue.peek();
      if (first == null || (first.dueNanos() > nowNanos && !first.task().partition().lost())) {
        return null;
      }
      queue.remove();
      if (!first.task().partition().lost()) {
        return first.task();
      }
    }
  }
}
