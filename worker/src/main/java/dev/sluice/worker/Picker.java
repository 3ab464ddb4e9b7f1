package dev.sluice.worker;

import dev.sluice.schema.SendRequest.Sender;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chooses what is sent next: per lane what its rate lets pass soon, unless people hold it back. */
final class Picker {
  private static final int MOST_LOOKED_AT = 2_000;

  /** Places for the usual answer time are not enough whenever answers take longer. */
  private static final double AMPLE = 2;

  private final Signals signals;
  private final Launcher launcher;
  private final Breakers breakers;
  private final Standstill standstill;
  private final int maxInFlight;
  private final PickAhead pickAhead = new PickAhead();
  private int turns;

  Picker(
      Signals signals,
      Launcher launcher,
      Breakers breakers,
      Standstill standstill,
      int maxInFlight) {
    this.signals = signals;
    this.launcher = launcher;
    this.breakers = breakers;
    this.standstill = standstill;
    this.maxInFlight = maxInFlight;
  }

  /** A transaction took so long. */
  void measured(long transactionNanos) {
    pickAhead.measured(transactionNanos);
  }

  /** Declares started what may be sent next, as far as lanes and places in flight allow. */
  void pick(List<OwnedPartition> owned, Round round) {
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
    return Math.min(lane.allowance(pickAhead.duration()), places.left(sender));
  }

  private boolean runs(Job job) {
    return signals.of(job) == Signal.GO;
  }

  private int pick(Lane lane, int allowed, Round round) {
    int picked = 0;
    // Records that leave or must wait use up no slot, but not without end in one round.
    for (int looked = 0; looked < MOST_LOOKED_AT; looked++) {
      Job job = lane.peek();
      if (job == null) {
        return picked;
      }
      switch (signals.of(job)) {
        case STAND -> {
          return picked;
        }
        case BACK, DROP -> job.partition().leave(new Leaving.Held(lane.take()));
        case GO -> {
          if (picked >= allowed || !job.partition().window().mayTouch(job.offset())) {
            return picked;
          }
          lane.take();
          if (mustWait(job)) {
            round.requeue(job, lane);
          } else {
            round.start(job, lane);
            picked++;
          }
        }
      }
    }
    return picked;
  }

  private static boolean mustWait(Job job) {
    Instant notBefore = job.request().notBefore();
    return notBefore != null
        && job.request().attempts() == job.attempts()
        && notBefore.isAfter(Instant.now());
  }
}
