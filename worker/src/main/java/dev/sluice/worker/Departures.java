package dev.sluice.worker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Clears partitions of what is not sent from here: what is held back, in doubt, or no request at
 * all. It asks no lane's rate, so that what is held back is in nobody's way.
 */
final class Departures {
  /** So many at most in one transaction, which sends are waiting for. */
  private static final int MOST_AT_ONCE = 1_000;

  private final Signals signals;
  private final Postponed postponed;
  private Signals.Version seen = new Signals.Version(false, -1, 0);
  private int turns;

  Departures(Signals signals, Postponed postponed) {
    this.signals = signals;
    this.postponed = postponed;
  }

  /** Lets go what may leave now. */
  void depart(List<OwnedPartition> owned, Round round) {
    Signals.Version now = signals.version();
    if (!now.equals(seen)) {
      seen = now;
      owned.forEach(partition -> partition.lanes().forEach(lane -> lane.removeIf(this::leaves)));
      postponed.removeIf(this::leaves);
    }
    List<OwnedPartition> partitions = new ArrayList<>(owned);
    Collections.rotate(partitions, turns++);
    int room = MOST_AT_ONCE;
    for (OwnedPartition partition : partitions) {
      if (!partition.closing()) {
        room -= depart(partition, room, round);
      }
    }
  }

  private boolean leaves(Job job) {
    Signal signal = signals.of(job);
    boolean leaves = signal == Signal.BACK || signal == Signal.DROP;
    if (leaves) {
      job.partition().leave(new Leaving.Held(job));
    }
    return leaves;
  }

  private int depart(OwnedPartition partition, int room, Round round) {
    int departed = 0;
    for (Leaving first = partition.firstLeaving();
        first != null && departed < room && partition.window().mayTouch(first.offset());
        first = partition.firstLeaving()) {
      partition.takeLeaving();
      departed++;
      switch (first) {
        case Leaving.Held held -> depart(held, round);
        case Leaving.InDoubt inDoubt -> round.settle(inDoubt);
        case Leaving.Unreadable unreadable -> round.bury(unreadable);
      }
    }
    return departed;
  }

  private void depart(Leaving.Held held, Round round) {
    Job job = held.job();
    switch (signals.of(job)) {
      // It went on while the window was full.
      case GO, STAND -> job.partition().lane(job).add(job);
      case BACK -> round.giveBack(held);
      case DROP -> round.drop(held);
    }
  }
}
