package dev.sluice.worker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Clears partitions of what is not sent from here: what is held back, in doubt, or no request at
 * all. It asks no lane's rate, so that what is held back is in nobody's way.
 */
final class UnsentRecords {
  /** So many at most in one transaction, which sends are waiting for. */
  private static final int MOST_AT_ONCE = 1_000;

  private final AdmissionControl admission;
  private final DelayedTasks delayed;
  private AdmissionControl.Version seen = new AdmissionControl.Version(false, -1, 0);
  private int turns;

  UnsentRecords(AdmissionControl admission, DelayedTasks delayed) {
    this.admission = admission;
    this.delayed = delayed;
  }

  /** Lets go what may leave now. */
  void clear(List<PartitionState> owned, SendTransaction transaction) {
    AdmissionControl.Version now = admission.version();
    if (!now.equals(seen)) {
      seen = now;
      owned.forEach(partition -> partition.lanes().forEach(lane -> lane.removeIf(this::leaves)));
      delayed.removeIf(this::leaves);
    }
    List<PartitionState> partitions = new ArrayList<>(owned);
    Collections.rotate(partitions, turns++);
    int room = MOST_AT_ONCE;
    for (PartitionState partition : partitions) {
      if (!partition.closing()) {
        room -= clear(partition, room, transaction);
      }
    }
  }

  private boolean leaves(SendTask task) {
    Admission signal = admission.of(task);
    boolean leaves = signal == Admission.RETURN || signal == Admission.DROP;
    if (leaves) {
      task.partition().leave(new UnsentRecord.Held(task));
    }
    return leaves;
  }

  private int clear(PartitionState partition, int room, SendTransaction transaction) {
    int departed = 0;
    for (UnsentRecord first = partition.firstLeaving();
        first != null && departed < room && partition.window().mayTouch(first.offset());
        first = partition.firstLeaving()) {
      partition.takeLeaving();
      departed++;
      switch (first) {
        case UnsentRecord.Held held -> clear(held, transaction);
        case UnsentRecord.InDoubt inDoubt -> transaction.settle(inDoubt);
        case UnsentRecord.Unreadable unreadable -> transaction.deadLetter(unreadable);
      }
    }
    return departed;
  }

  private void clear(UnsentRecord.Held held, SendTransaction transaction) {
    SendTask task = held.task();
    switch (admission.of(task)) {
      // It went on while the window was full.
      case ADMIT, HOLD -> task.partition().lane(task).add(task);
      case RETURN -> transaction.giveBack(held);
      case DROP -> transaction.drop(held);
    }
  }
}
