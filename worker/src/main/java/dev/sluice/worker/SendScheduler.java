package dev.sluice.worker;

import dev.sluice.runtime.Ticker;
import dev.sluice.schema.ReturnedRequest.FullLane;
import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.breaker.CircuitBreaker;
import dev.sluice.worker.breaker.CircuitBreakers;
import dev.sluice.worker.pacing.Lookahead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Chooses what is sent next: for each lane, the admitted requests whose time slots are near. */
final class SendScheduler {
  private static final int MOST_EXAMINED = 2_000;

  /** The time in which the producer writes to a lane that is no longer full. */
  private static final Duration REFILL = Duration.ofSeconds(2);

  /**
   * The shortest time for which a lane is reported as full; with nothing queued it may be full of
   * what is in flight.
   */
  private static final Duration LEAST_FULL = Duration.ofSeconds(5);

  /** Places for the usual response time are too few as soon as responses take longer. */
  private static final double AMPLE = 2;

  private final AdmissionControl admission;
  private final Dispatcher dispatcher;
  private final CircuitBreakers breakers;
  private final StallDetector stalls;
  private final ClockCheck clocks;
  private final int maxInFlight;
  private final Ticker ticker;
  private final Lookahead lookahead = new Lookahead();
  private final PlaceRefill refill;
  private final Turnover turnover = new Turnover();
  private int iterations;

  /** The senders with a lane that could have sent more with more places. */
  private final Set<Sender> lackPlaces = new HashSet<>();

  SendScheduler(
      AdmissionControl admission,
      Dispatcher dispatcher,
      CircuitBreakers breakers,
      StallDetector stalls,
      ClockCheck clocks,
      int maxInFlight,
      Ticker ticker) {
    this.ticker = ticker;
    this.admission = admission;
    this.dispatcher = dispatcher;
    this.breakers = breakers;
    this.stalls = stalls;
    this.clocks = clocks;
    this.maxInFlight = maxInFlight;
    this.refill = new PlaceRefill(maxInFlight);
  }

  /** Records how long a transaction took. */
  void measured(long transactionNanos) {
    lookahead.measured(transactionNanos);
  }

  /** Declares the next sends started, as far as lanes and places allow. */
  void pick(List<PartitionState> owned, SendTransaction transaction) {
    List<PartitionState> partitions = new ArrayList<>(owned);
    // Rotated, so that no partition is always last when places run out.
    Collections.rotate(partitions, iterations++);
    partitions.removeIf(PartitionState::draining);
    if (transaction.takesReturned()) {
      partitions.forEach(this::relieve);
    }
    List<Lane> lanes =
        partitions.stream().flatMap(partition -> partition.lanes().stream()).toList();
    dispatcher.review();
    PlacesInFlight places = places(lanes);
    lackPlaces.clear();
    Map<Lane, Integer> picked = new HashMap<>();
    for (Lane lane : lanes) {
      SendTask next = lane.peek();
      if (next != null) {
        Sender sender = next.request().sender();
        int count = pick(lane, 0, places.left(sender), transaction);
        places.take(sender, count);
        picked.put(lane, count);
      }
    }
    dispatcher.allow(places.allowed());
    pickAhead(lanes, picked, places, transaction);
    int total = picked.values().stream().mapToInt(Integer::intValue).sum();
    refill.picked(dispatcher.inFlight() + total, !lackPlaces.isEmpty(), ticker.nanoTime());
    stalls.review(lanes, this::runs, ticker.nanoTime());
  }

  /** Declares sends for which places become free while the transaction commits. */
  private void pickAhead(
      List<Lane> lanes,
      Map<Lane, Integer> picked,
      PlacesInFlight places,
      SendTransaction transaction) {
    Set<Sender> lacking = Set.copyOf(lackPlaces);
    for (Lane lane : lanes) {
      SendTask next = lane.peek();
      if (next != null && lacking.contains(next.request().sender())) {
        Sender sender = next.request().sender();
        int before = picked.getOrDefault(lane, 0);
        int count = pick(lane, before, places.ahead(sender, lacking), transaction);
        places.takeAhead(sender, count);
        picked.merge(lane, count, Integer::sum);
      }
    }
  }

  /** Returns whether lanes lack places, and enough of them have become free for an iteration. */
  boolean canRefill() {
    return refill.isDue(dispatcher.inFlight());
  }

  /** Returns about how long that takes, at most this. */
  Duration untilRefill(Duration atMost) {
    return refill.wait(dispatcher.inFlight(), ticker.nanoTime(), atMost);
  }

  /** Records that the sends that were picked last are not launched, so that no place was taken. */
  void undone() {
    refill.reset();
  }

  /**
   * Returns most of what paused, slowed-down or held-up lanes have queued in a crowded partition.
   * Each waiting request keeps an offset open, and soon none of its lanes could send.
   */
  private void relieve(PartitionState partition) {
    boolean blocked = partition.takeBlocked();
    boolean heldBack = partition.takeHeldBack();
    if (!blocked && !heldBack && !partition.crowded()) {
      return;
    }
    long now = ticker.nanoTime();
    boolean scarce = partition.full() || partition.window().nearlyFull();
    boolean others = partition.shared() || partition.full();
    List<Lane> late =
        partition.lanes().stream()
            .filter(lane -> lane.behind(now, scarce) > 0 && (others || !lane.isHeldUp(now)))
            .toList();
    if (late.stream().mapToInt(lane -> lane.behind(now, scarce)).sum() > 2 * partition.mostHeld()) {
      int held = partition.mostHeld() / late.size();
      late.forEach(lane -> giveBack(partition, lane, lane.behind(now, scarce) - held));
    }
    if (blocked || heldBack) {
      partition.lanes().stream()
          .filter(lane -> (blocked && lane.isThrottled(now)) || holdsTheBase(partition, lane))
          .forEach(lane -> giveBack(partition, lane, Math.ceilDiv(lane.size(), 4)));
    }
  }

  /**
   * Returns whether the window cannot move on before its next request is sent. At a low rate that
   * may take minutes, and what is left of 10 s of work may have been read long before.
   */
  private static boolean holdsTheBase(PartitionState partition, Lane lane) {
    SendTask next = lane.peek();
    return next != null && next.offset() == partition.window().firstOpen();
  }

  /** Returns the oldest requests of a lane, which hold the window's base. */
  private void giveBack(PartitionState partition, Lane lane, int surplus) {
    SendTask next = lane.peek();
    if (next != null && runs(next)) {
      List<SendTask> oldest = lane.takeOldest(surplus);
      Duration busy = lane.busyFor(ticker.nanoTime());
      long full = Math.max(LEAST_FULL.toSeconds(), busy.minus(REFILL).toSeconds());
      FullLane itself = new FullLane(next.request().lane(), (int) full);
      oldest.forEach(task -> partition.addUnsent(new UnsentRecord.Returned(task, itself)));
    }
  }

  private PlacesInFlight places(List<Lane> lanes) {
    Map<Sender, HeldPlaces.Use> use = dispatcher.use();
    turnover.iterate(use, ticker.nanoTime());
    Map<Sender, Integer> held = new HashMap<>();
    use.forEach((sender, one) -> held.put(sender, one.places()));
    int waiting = use.values().stream().mapToInt(HeldPlaces.Use::waiting).sum();
    return new PlacesInFlight(maxInFlight, held, demands(lanes, use), waiting);
  }

  private Map<Sender, PlacesInFlight.Demand> demands(
      List<Lane> lanes, Map<Sender, HeldPlaces.Use> use) {
    long now = ticker.nanoTime();
    Map<Sender, Double> rates = new HashMap<>();
    for (Lane lane : lanes) {
      SendTask next = lane.peek();
      // Unusable places would be withheld from senders that can use them.
      if (next != null && lane.pauseLeft(now).isZero() && runs(next)) {
        rates.merge(next.request().sender(), lane.currentRate(now), Double::sum);
      }
    }
    Duration declaring = lookahead.duration().dividedBy(2);
    Map<Sender, PlacesInFlight.Demand> demands = new HashMap<>();
    rates.forEach((sender, rate) -> {
      CircuitBreaker breaker = breakers.of(sender);
      double seconds = (breaker.usualNanos() + lookahead.duration().toNanos()) / 1e9;
      demands.put(
          sender,
          new PlacesInFlight.Demand(
              AMPLE * rate * seconds,
              (int) Math.ceil(rate * CircuitBreaker.SILENCE.toMillis() / 1e3),
              breaker.room(breakers.awakeNanos(now)),
              breaker.trying(),
              use.containsKey(sender) ? use.get(sender).waiting() : 0,
              turnover.within(sender, declaring)));
    });
    return demands;
  }

  private boolean runs(SendTask task) {
    return admission.of(task) == Admission.ADMIT;
  }

  private boolean isQuiet(Sender sender) {
    return breakers.of(sender).isQuiet(breakers.awakeNanos(ticker.nanoTime()));
  }

  /** Declares sends of a lane started, of which so many are declared already; returns how many. */
  private int pick(Lane lane, int already, int places, SendTransaction transaction) {
    int due = lane.allowance(lookahead.duration()) - already;
    int picked = 0;
    long bytes = 0;
    // Returned and requeued requests need no place, but the iteration must end.
    for (int examined = 0; examined < MOST_EXAMINED; examined++) {
      SendTask task = lane.peek();
      if (task == null) {
        return picked;
      }
      switch (admission.of(task)) {
        case HOLD -> {
          return picked;
        }
        case RETURN, DROP -> task.partition().addUnsent(new UnsentRecord.Held(lane.take()));
        case ADMIT -> {
          if (task.isTooOld(ticker.now())) {
            task.partition().addUnsent(returnedAsTooOld(lane.take()));
            continue;
          }
          clocks.inTime();
          if (picked >= due) {
            return picked;
          }
          if (picked >= places || crowdsOthersOut(lane, picked, bytes, task.partition())) {
            // Its requests are needed as soon as the next response comes.
            if (!isQuiet(task.request().sender())) {
              lane.heldUp();
              if (picked >= places) {
                lackPlaces.add(task.request().sender());
              }
            }
            return picked;
          }
          if (!task.partition().window().mayTouch(task.offset())) {
            task.partition().block(ticker.nanoTime());
            return picked;
          }
          lane.take();
          if (task.mustWait(ticker.now())) {
            transaction.requeue(task, lane);
          } else {
            transaction.start(task, lane);
            picked++;
            bytes += task.bytes();
          }
        }
      }
    }
    return picked;
  }

  /**
   * Returns whether a lane with slow responses would fill the window or the memory, in which others
   * need a little room. A lane of 1,000/s has 600 open while responses take half a second, and must
   * keep them: what others keep for later than in 10 s leaves.
   */
  private boolean crowdsOthersOut(Lane lane, int picked, long bytes, PartitionState partition) {
    if (lane.inFlight() + picked >= PartitionState.MOST_HELD
        && partition.window().nearlyFull()
        && partition.shared()) {
      partition.holdBack();
      return true;
    }
    return (partition.shared() || partition.full()) && partition.fillsMemory(lane, bytes);
  }

  /**
   * Returns the record of a request that is too old. Its lane is reported as full, because all
   * requests would circle if a clock is wrong.
   */
  private UnsentRecord.Returned returnedAsTooOld(SendTask task) {
    clocks.tooOld(task, task.sinceWritten(ticker.now()), ticker.nanoTime());
    return new UnsentRecord.Returned(task, AdmissionControl.fullForAMoment(task));
  }
}
