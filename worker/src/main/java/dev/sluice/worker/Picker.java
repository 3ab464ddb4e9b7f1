package dev.sluice.worker;

import dev.sluice.schema.Control;
import dev.sluice.schema.ControlsView;
import dev.sluice.schema.SendRequest.Sender;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chooses what is sent next: per lane what its rate lets pass soon, unless people hold it back. */
final class Picker {
  /** A record that must wait is put back at the tail of its lane after so long in memory. */
  static final Duration HELD_IN_MEMORY = Duration.ofSeconds(5);

  /** A record that waits for people is looked at again after so long. */
  static final Duration HELD_LOOK = Duration.ofMillis(250);

  private static final int MOST_LOOKED_AT = 2_000;

  /** Places for the usual answer time are not enough whenever answers take longer. */
  private static final double AMPLE = 2;

  private final ControlsView controls;
  private final Launcher launcher;
  private final Breakers breakers;
  private final Standstill standstill;
  private final Postponed postponed;
  private final Outages outages;
  private final int maxInFlight;
  private final PickAhead pickAhead = new PickAhead();
  private int turns;

  Picker(
      ControlsView controls,
      Launcher launcher,
      Breakers breakers,
      Standstill standstill,
      Postponed postponed,
      Outages outages,
      int maxInFlight) {
    this.outages = outages;
    this.controls = controls;
    this.launcher = launcher;
    this.breakers = breakers;
    this.standstill = standstill;
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
    List<Lane> lanes =
        partitions.stream()
            .filter(partition -> !partition.closing())
            .flatMap(partition -> partition.lanes().stream())
            .toList();
    Places places = new Places(maxInFlight, launcher.held(), wishes(lanes));
    for (Lane lane : lanes) {
      Job next = lane.peek();
      if (next != null) {
        Sender sender = next.request().sender();
        places.take(sender, pick(lane, allowed(lane, sender, places), round));
      }
    }
    standstill.look(lanes, this::runs, System.nanoTime());
  }

  private Map<Sender, Places.Wish> wishes(List<Lane> lanes) {
    Map<Sender, Double> rates = new HashMap<>();
    for (Lane lane : lanes) {
      Job next = lane.peek();
      if (next != null) {
        rates.merge(next.request().sender(), lane.permitsPerSecond(), Double::sum);
      }
    }
    Map<Sender, Places.Wish> wishes = new HashMap<>();
    rates.forEach((sender, rate) -> {
      Breaker breaker = breakers.of(sender).breaker();
      double seconds = (breaker.usualNanos() + pickAhead.duration().toNanos()) / 1e9;
      wishes.put(sender, new Places.Wish((int) Math.ceil(AMPLE * rate * seconds), breaker.room()));
    });
    return wishes;
  }

  private int allowed(Lane lane, Sender sender, Places places) {
    int slots = lane.allowance(pickAhead.duration());
    // Holding back takes no places.
    return breakers.of(sender).breaker().state() == Breaker.State.BLOCKED
        ? slots
        : Math.min(slots, places.left(sender));
  }

  private boolean runs(Job job) {
    return controls.state(job.request().campaignId(), job.request().sender().id())
        == Control.State.RUNNING;
  }

  private int pick(Lane lane, int allowed, Round round) {
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
