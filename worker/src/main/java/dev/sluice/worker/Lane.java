package dev.sluice.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A slice of one sender's rate, with the requests that wait for it. */
final class Lane {
  private final Deque<Job> ready = new ArrayDeque<>();
  private final Pacer pacer;

  Lane(double permitsPerSecond) {
    pacer = new Pacer(permitsPerSecond);
  }

  void add(Job job) {
    ready.addLast(job);
  }

  /** Puts a job back where it was taken from. */
  void putBack(Job job) {
    ready.addFirst(job);
  }

  /** How many may be picked now: those whose time slots begin within the given time. */
  int allowance(Duration pickAhead) {
    return ready.isEmpty() ? 0 : (int) Math.min(ready.size(), pacer.room(pickAhead));
  }

  @Nullable Job peek() {
    return ready.peekFirst();
  }

  Job take() {
    return ready.removeFirst();
  }

  /** Runs the action in the next time slot. The newest request tells the lane's rate. */
  void launch(Job job, Runnable action) {
    pacer.setRate(job.request().permitsPerSecond());
    pacer.submit(action);
  }
}
