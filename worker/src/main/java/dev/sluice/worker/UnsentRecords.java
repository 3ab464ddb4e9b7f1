package dev.sluice.worker;

import dev.sluice.runtime.Ticker;
import dev.sluice.worker.HeldMemory.Filling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ends records that are not sent from here: returned, dropped, in doubt, unreadable, or handed over
 * with the wait that they have left. It does not wait for any lane's rate, so that such records do
 * not block others.
 */
final class UnsentRecords {
  /** The most in one transaction, because sends wait for its commit. */
  private static final int MOST_AT_ONCE = 1_000;

  /** A longer wait that a request's record tells of is spent at its lane's tail. */
  private static final Duration LONGEST_KEPT = Duration.ofSeconds(5);

  private final AdmissionControl admission;
  private final DelayedTasks delayed;
  private final Ticker ticker;
  private AdmissionControl.Version seen = new AdmissionControl.Version(false, -1, 0);
  private int iterations;

  UnsentRecords(AdmissionControl admission, DelayedTasks delayed, Ticker ticker) {
    this.ticker = ticker;
    this.admission = admission;
    this.delayed = delayed;
  }

  /** Adds to the transaction what the windows allow now. */
  void clear(List<PartitionState> owned, SendTransaction transaction) {
    AdmissionControl.Version now = admission.version();
    boolean decidedAnew = !now.equals(seen);
    if (decidedAnew) {
      seen = now;
      owned.forEach(
          partition -> partition.lanes().forEach(lane -> lane.removeIf(this::moveIfHeld)));
      delayed.removeIf(this::moveIfHeld);
    }
    if (owned.stream().anyMatch(PartitionState::draining)) {
      delayed.removeIf(
          task -> transaction.handedOver() < MOST_AT_ONCE && handOver(task, transaction));
    }
    if (transaction.takesReturned()) {
      owned.stream()
          .filter(partition -> partition.filling() != Filling.LITTLE && !partition.draining())
          .forEach(this::returnPostponed);
    }
    List<PartitionState> partitions = new ArrayList<>(owned);
    Collections.rotate(partitions, iterations++);
    int room = MOST_AT_ONCE;
    for (PartitionState partition : partitions) {
      if (!partition.draining()) {
        takeUp(partition, decidedAnew, room, transaction);
        room -= clear(partition, room, transaction);
      }
    }
  }

  /** Takes up what could not be written, as far as that may have changed. */
  private static void takeUp(
      PartitionState partition, boolean decidedAnew, int room, SendTransaction transaction) {
    UnsentQueue unsent = partition.unsent();
    if (transaction.takesDeadLetters()) {
      unsent.takeUpDeadLetters(room);
    }
    if (decidedAnew) {
      unsent.takeUpReturned(Integer.MAX_VALUE);
    } else if (transaction.takesReturned()
        || (unsent.keepsReturned() && partition.window().crowded())) {
      unsent.takeUpReturned(room);
    }
  }

  /**
   * Returns what providers have postponed, of the lanes with most of it first, until that is at
   * most a quarter of what fills the memory. Nothing might be read until some of it is due.
   */
  private void returnPostponed(PartitionState partition) {
    List<SendTask> postponed = delayed.of(partition);
    long left = bytes(postponed);
    List<List<SendTask>> largestFirst =
        postponed.stream().collect(Collectors.groupingBy(partition::lane)).values().stream()
            .sorted(Comparator.comparingLong(UnsentRecords::bytes).reversed())
            .toList();
    for (List<SendTask> tasks : largestFirst) {
      if (4 * left <= partition.bytes()) {
        return;
      }
      left -= bytes(tasks);
      delayed.removeIf(Set.copyOf(tasks)::contains);
      tasks.forEach(task ->
          partition.addUnsent(
              new UnsentRecord.Returned(task, AdmissionControl.fullForAMoment(task))));
    }
  }

  private static long bytes(List<SendTask> tasks) {
    return tasks.stream().mapToLong(SendTask::bytes).sum();
  }

  private boolean moveIfHeld(SendTask task) {
    Admission decision = admission.of(task);
    boolean held = decision == Admission.RETURN || decision == Admission.DROP;
    if (held) {
      task.partition().addUnsent(new UnsentRecord.Held(task));
    }
    return held;
  }

  /** Returns whether partitions have waits that their next owners would not know of. */
  boolean mustHandOver(List<PartitionState> partitions) {
    return partitions.stream()
        .flatMap(partition -> delayed.of(partition).stream())
        .anyMatch(this::mustHandOver);
  }

  private boolean mustHandOver(SendTask task) {
    PartitionState partition = task.partition();
    return partition.draining() && !partition.lost() && task.waitsUnrecorded(ticker.now());
  }

  private boolean handOver(SendTask task, SendTransaction transaction) {
    boolean goes = mustHandOver(task);
    if (goes) {
      transaction.handOver(task);
    }
    return goes;
  }

  private int clear(PartitionState partition, int room, SendTransaction transaction) {
    UnsentQueue unsent = partition.unsent();
    int cleared = 0;
    for (UnsentRecord first = unsent.first();
        first != null && cleared < room && partition.window().mayTouch(first.offset());
        first = unsent.first()) {
      unsent.removeFirst();
      if (clear(first, transaction)) {
        cleared++;
      } else {
        unsent.setAside(first);
      }
    }
    return cleared;
  }

  /** Ends a record; returns false if the topic that takes it cannot be written to now. */
  private boolean clear(UnsentRecord record, SendTransaction transaction) {
    return switch (record) {
      case UnsentRecord.Held held -> clear(held, transaction);
      case UnsentRecord.Returned returned -> clear(returned, transaction);
      case UnsentRecord.InDoubt inDoubt -> {
        transaction.settle(inDoubt);
        yield true;
      }
      case UnsentRecord.Unreadable unreadable -> transaction.deadLetter(unreadable);
    };
  }

  private boolean clear(UnsentRecord.Held held, SendTransaction transaction) {
    SendTask task = held.task();
    switch (admission.of(task)) {
      // It was resumed while the window was full.
      case ADMIT, HOLD -> putBack(task);
      case RETURN -> {
        return transaction.returnUnsent(held, task, admission.fullIfReturned(task));
      }
      case DROP -> transaction.drop(held, task);
    }
    return true;
  }

  private boolean clear(UnsentRecord.Returned returned, SendTransaction transaction) {
    SendTask task = returned.task();
    return switch (admission.of(task)) {
      case ADMIT -> transaction.returnUnsent(returned, task, returned.full()) || sendAfterAll(task);
      case HOLD, RETURN -> transaction.returnUnsent(returned, task, returned.full());
      case DROP -> {
        transaction.drop(returned, task);
        yield true;
      }
    };
  }

  /** Puts a task back that was to be returned only for want of room; returns whether it was. */
  private boolean sendAfterAll(SendTask task) {
    boolean sendable = !task.isTooOld(ticker.now());
    if (sendable) {
      putBack(task);
    }
    return sendable;
  }

  /** Puts a task back into its lane, once it has waited. */
  private void putBack(SendTask task) {
    Instant now = ticker.now();
    Duration left = task.waitLeft(now);
    if (left.isZero()) {
      task.partition().lane(task).add(task);
    } else {
      boolean requeued = task.mustWait(now) && left.compareTo(LONGEST_KEPT) > 0;
      Duration wait = requeued ? LONGEST_KEPT : left;
      delayed.add(task, ticker.nanoTime() + wait.toNanos());
    }
  }
}
