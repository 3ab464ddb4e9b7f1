package dev.sluice.worker;

import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tasks that must not be sent yet, ordered by when they are due. */
final class DelayedTasks {
  private record Entry(SendTask task, long dueNanos) {}

  // Compare by difference, because nanoTime may overflow.
  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>((one, other) -> Long.signum(one.dueNanos() - other.dueNanos()));

  void add(SendTask task, long dueNanos) {
    queue.add(new Entry(task, dueNanos));
  }

  /** Returns a partition's tasks. */
  List<SendTask> of(PartitionState partition) {
    return queue.stream().map(Entry::task).filter(task -> task.partition() == partition).toList();
  }

  void removeIf(Predicate<SendTask> condition) {
    queue.removeIf(entry -> condition.test(entry.task()));
  }

  /** Returns the next task that is due, or null; drops tasks of lost partitions. */
  @Nullable SendTask nextDue(long nowNanos) {
    while (true) {
      Entry first = queue.peek();
      if (first == null || (first.dueNanos() - nowNanos > 0 && !first.task().partition().lost())) {
        return null;
      }
      queue.remove();
      if (!first.task().partition().lost()) {
        return first.task();
      }
    }
  }
}
