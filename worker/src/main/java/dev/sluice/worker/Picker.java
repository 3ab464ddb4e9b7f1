package dev.sluice.worker;

import dev.sluice.schema.Control;
import dev.sluice.schema.ControlsView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Chooses what is sent next: per lane what its rate lets pass soon, unless people hold it back. */
final class Picker {
  /** A record that must wait is put back at the tail of its lane after so long in memory. */
  static final Duration HELD_IN_MEMORY = Duration.ofSeconds(5);

  /** A record that waits for people is looked at again after so long. */
  static final Duration HELD_LOOK = Duration.ofMillis(250);

  private static final int MOST_LOOKED_AT = 2_000;

  private final ControlsView controls;
  private final Launcher launcher;
  private final Postponed postponed;
  private final Outages outages;
  private final int maxInFlight;
  private final PickAhead pickAhead = new PickAhead();
  private int turns;

  Picker(
      ControlsView controls,
      Launcher launcher,
      Postponed postponed,
      Outages outages,
      int maxInFlight) {
    this.outages = outages;
    this.controls = controls;
    this.launcher = launcher;
    this.postponed = postponed;
    this.maxInFlight = maxInFlight;
  }

  /** A transaction took so long. */
  void measured(long transactionNanos) {
    pickAhead.measured(transactionNanos);
  }

  /** Declares started what may be sent next, as far as lanes and places in flight allow. */
  void pick(List<OwnedPartition> owned, Round round) {
    if (!controls.complete()) {
      return;
    }
    List<OwnedPartition> partitions = new ArrayList<>(owned);
    // Another one begins each time, so that none is last whenever the places in flight run out.
    Collections.rotate(partitions, turns++);
    int slots = maxInFlight - launcher.inFlight();
    for (OwnedPartition partition : partitions) {
      if (partition.closing()) {
        continue;
      }
      for (Lane lane : partition.lanes()) {
        slots -= pick(lane, slots, round);
      }
    }
  }

  private int pick(Lane lane, int slots, Round round) {
    int allowed = Math.min(lane.allowance(pickAhead.duration()), slots);
    int picked = 0;
    // Records that must wait or are dropped use up no slot, but not without end in one round.
    for (int looked = 0; looked < MOST_LOOKED_AT && picked < allowed; looked++) {
      Job job = lane.peek();
      if (job == null || !job.partition().window().mayTouch(job.offset())) {
        break;
      }
      lane.take();
      switch (controls.state(job.request().campaignId(), job.request().sender().id())) {
        case RUNNING -> {
          if (mustWait(job)) {
            round.requeue(job, lane);
          } else {
            round.start(job, lane);
            picked++;
          }
        }
        case PAUSED -> hold(job, lane, round);
        case BLOCKED -> {
          Control control = controls.sender(job.request().sender().id());
          if (control.endsByItself()) {
            outages.waiting(job.request().sender(), String.valueOf(control.reason()));
          }
          hold(job, lane, round);
        }
        case CANCELLED -> round.drop(job, lane);
      }
    }
    return picked;
  }

  private void hold(Job job, Lane lane, Round round) {
    if (System.nanoTime() - job.readAtNanos() > HELD_IN_MEMORY.toNanos()) {
      round.requeue(job, lane);
    } else {
      postponed.add(job, System.nanoTime() + HELD_LOOK.toNanos());
    }
  }

  private static boolean mustWait(Job job) {
    Instant notBefore = job.request().notBefore();
    return notBefore != null
        && job.request().attempts() == job.attempts()
        && notBefore.isAfter(Instant.now());
  }
}
