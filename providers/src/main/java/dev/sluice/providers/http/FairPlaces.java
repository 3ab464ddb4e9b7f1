package dev.sluice.providers.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Places that senders share: a place that becomes free goes to the waiting sender that has the
 * fewest, and among its calls to the one that has waited longest. So a thousand calls of one sender
 * delay another sender's call by one place, not by a thousand.
 */
final class FairPlaces {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Integer> taken = new HashMap<>();

  /** The calls that wait, by sender; of senders with as many places, the first one is next. */
  private final Map<String, Queue<Ticket>> queues = new LinkedHashMap<>();

  private int free;

  FairPlaces(int places) {
    free = places;
  }

  /** A call's place, or its position in the queue for one. */
  final class Ticket {
    private final String sender;
    private final Condition granted = lock.newCondition();
    private boolean holds;
    private boolean closed;

    private Ticket(String sender) {
      this.sender = sender;
    }

    /** Waits for the place, and returns whether the call has it. */
    boolean await(Duration most) throws InterruptedException {
      lock.lock();
      try {
        long left = most.toNanos();
        while (!holds && left > 0) {
          left = granted.awaitNanos(left);
        }
        return holds;
      } finally {
        lock.unlock();
      }
    }

    /** Gives the place to the next call, or leaves the queue; does nothing the second time. */
    void close() {
      lock.lock();
      try {
        if (closed) {
          return;
        }
        closed = true;
        if (holds) {
          taken.computeIfPresent(sender, (_, count) -> count == 1 ? null : count - 1);
          free++;
          grant();
        } else {
          queues.computeIfPresent(sender, (_, queue) -> without(queue, this));
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Enters a call; it has its place at once if one is free. */
  Ticket enter(String sender) {
    lock.lock();
    try {
      Ticket ticket = new Ticket(sender);
      queues.computeIfAbsent(sender, _ -> new ArrayDeque<>()).add(ticket);
      grant();
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  private void grant() {
    while (free > 0 && !queues.isEmpty()) {
      String next =
          queues.keySet().stream()
              .min(Comparator.comparingInt(sender -> taken.getOrDefault(sender, 0)))
              .orElseThrow();
      Queue<Ticket> queue = requireNonNull(queues.remove(next));
      granted(queue.remove());
      if (!queue.isEmpty()) {
        // To the end, so that senders with as many places take turns.
        queues.put(next, queue);
      }
    }
  }

  private void granted(Ticket ticket) {
    taken.merge(ticket.sender, 1, Integer::sum);
    free--;
    ticket.holds = true;
    ticket.granted.signal();
  }

  private static @Nullable Queue<Ticket> without(Queue<Ticket> queue, Ticket ticket) {
    queue.remove(ticket);
    return queue.isEmpty() ? null : queue;
  }

  /** Returns how many calls wait. */
  int waiting() {
    lock.lock();
    try {
      return queues.values().stream().mapToInt(Queue::size).sum();
    } finally {
      lock.unlock();
    }
  }
}
