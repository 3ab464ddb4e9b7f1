package dev.sluice.worker;

import dev.sluice.schema.SendRequest.Sender;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Allocates the worker's places in flight to the senders that wait for them, for one iteration of
 * the loop. Each sender is due as many as its rate needs, up to an even share, before others get
 * more. It may get more than that if no other sender is due the rest: up to what its rate needs or
 * an even share, or still more if it waits alone.
 *
 * <p>With a thousand small senders an even share is a place or two, most of which they do not use.
 * So each sender may also take a fair share: what is left of three quarters, divided evenly, once
 * those that need less have that.
 *
 * <p>The places of a hanging provider are freed only by the answer timeout, and other senders must
 * not wait for that, however many hang. Therefore the last quarter is only for what is due, and no
 * sender may hold more than it leaves free there.
 */
final class PlacesInFlight {
  /**
   * What share of all places may be declared ahead. These sends are in doubt, too, if the worker
   * dies. An eighth was too little for transactions of more than 8 ms, as measured by the pipeline
   * benchmark with 256 places in flight.
   */
  private static final int MOST_AHEAD = 4;

  private final int most;
  private final int reserve;
  private final int share;
  private final double fairShare;
  private final Map<Sender, Integer> held;
  private final Map<Sender, Demand> demands;
  private final Map<Sender, Integer> taken = new HashMap<>();
  private final Map<Sender, Integer> ahead = new HashMap<>();
  private int free;
  private int dueToAll;

  /** How many more sends all senders may declare ahead. */
  private int aheadOfAll;

  /**
   * A sender's demand for places.
   *
   * @param needed places it needs to keep its rate, on average, as a small one needs none mostly
   * @param unheard how many it may hold in addition when its provider goes silent
   * @param room how many its breaker allows in addition to those it holds
   * @param trial whether its breaker is testing whether the provider answers again
   * @param waiting how many of its sends are declared started and wait for a place
   * @param ending how many of its sends will end while the next ones are being declared
   */
  record Demand(double needed, int unheard, int room, boolean trial, int waiting, int ending) {
    Demand(double needed, int room) {
      this(needed, 0, room, false);
    }

    Demand(double needed, int unheard, int room, boolean trial) {
      this(needed, unheard, room, trial, 0, 0);
    }
  }

  /**
   * Starts a new allocation.
   *
   * @param places the total number of places
   * @param held how many each sender holds, waiting for a time slot or a response
   * @param demands the demands of the senders that wait
   * @param waiting how many sends of all senders are declared started and wait for a place
   */
  PlacesInFlight(int places, Map<Sender, Integer> held, Map<Sender, Demand> demands, int waiting) {
    this.held = Map.copyOf(held);
    this.demands = Map.copyOf(demands);
    Set<Sender> active = new HashSet<>(held.keySet());
    active.addAll(demands.keySet());
    reserve = places / 4;
    most = places - reserve;
    aheadOfAll = places / MOST_AHEAD - waiting;
    share = Math.max(1, places / Math.max(1, active.size()));
    fairShare = Math.min(reserve / 2.0, fairShare(active));
    free = places - held.values().stream().mapToInt(Integer::intValue).sum();
    demands.keySet().forEach(sender -> dueToAll += due(sender));
  }

  /** Returns what each sender gets if those that need less leave the rest to the others. */
  private double fairShare(Set<Sender> active) {
    double[] needs = active.stream().mapToDouble(this::need).sorted().toArray();
    double left = most;
    for (int i = 0; i < needs.length; i++) {
      double even = left / (needs.length - i);
      if (needs[i] >= even) {
        return even;
      }
      left -= needs[i];
    }
    return most;
  }

  private double need(Sender sender) {
    Demand demand = demands.get(sender);
    return demand == null ? held.getOrDefault(sender, 0) : demand.needed();
  }

  /** Returns how many more places a waiting sender may take now. */
  int left(Sender sender) {
    Demand demand = demands.get(sender);
    if (demand == null) {
      return 0;
    }
    int has = has(sender);
    int bound = bound(demand);
    // Sends that hang since the breaker opened must not keep it from ever closing.
    int least = demand.trial() && free > 0 ? 1 : 0;
    int allowed = Math.min(Math.max(bound - has, least), room(sender));
    int open = free - reserve;
    int dueToOthers = dueToAll - due(sender);
    int due = Math.max(Math.min(due(sender), Math.max(open, (free - has + 1) / 2)), least);
    int fair = Math.min(ceil(Math.min(fairShare, demand.needed())) - has, open);
    int best = Math.max(due, Math.max(fair, open - dueToOthers));
    return Math.clamp(best, 0, Math.max(0, allowed));
  }

  private int bound(Demand demand) {
    return demands.size() == 1
        ? most
        : Math.min(most, Math.max(share, ceil(demand.needed()) + demand.unheard()));
  }

  /**
   * Returns how many more sends a sender without places left may declare started, for those of its
   * places that become free while they are being declared. None if it holds more than it may, or
   * others lack places that they are due: what becomes free is theirs then.
   *
   * @param lacking the senders that could send more with more places
   */
  int ahead(Sender sender, Set<Sender> lacking) {
    Demand demand = demands.get(sender);
    if (demand == null
        || demand.trial()
        || has(sender) > bound(demand)
        || lacking.stream().anyMatch(other -> !other.equals(sender) && owed(other) > 0)) {
      return 0;
    }
    int ending = demand.ending() - demand.waiting() - ahead.getOrDefault(sender, 0);
    return Math.clamp(Math.min(ending, room(sender)), 0, Math.max(0, aheadOfAll));
  }

  /** Returns how many places a sender lacks of those that it is due, or of its fair share. */
  private int owed(Sender sender) {
    int fair = ceil(Math.min(fairShare, need(sender))) - has(sender);
    return Math.max(due(sender), Math.min(fair, room(sender)));
  }

  /** Returns how many places each sender holds, or may take now. */
  Map<Sender, Integer> allowed() {
    Map<Sender, Integer> allowed = new HashMap<>(held);
    taken.forEach((sender, count) -> allowed.merge(sender, count, Integer::sum));
    return allowed;
  }

  /** Returns how many of the places that it is due a waiting sender lacks. */
  private int due(Sender sender) {
    Demand demand = demands.get(sender);
    int wanted = demand == null ? 0 : ceil(Math.min(share, demand.needed()));
    return Math.clamp(wanted - has(sender), 0, Math.max(0, room(sender)));
  }

  private static int ceil(double places) {
    return (int) Math.ceil(places);
  }

  private int has(Sender sender) {
    return held.getOrDefault(sender, 0) + taken.getOrDefault(sender, 0);
  }

  private int room(Sender sender) {
    Demand demand = demands.get(sender);
    return demand == null
        ? 0
        : demand.room() - taken.getOrDefault(sender, 0) - ahead.getOrDefault(sender, 0);
  }

  /** Allocates places to a sender. */
  void take(Sender sender, int count) {
    int before = due(sender);
    taken.merge(sender, count, Integer::sum);
    dueToAll += due(sender) - before;
    free -= count;
  }

  /** Records sends of a sender that are declared without a place. */
  void takeAhead(Sender sender, int sends) {
    ahead.merge(sender, sends, Integer::sum);
    aheadOfAll -= sends;
  }
}
