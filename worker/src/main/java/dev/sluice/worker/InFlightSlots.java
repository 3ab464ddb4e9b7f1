package dev.sluice.worker;

import dev.sluice.schema.SendRequest.Sender;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Shares the slots among the senders that wait for them, for one turn of the loop. A sender may
 * have as many as its rate needs, or an even share if that is more; a sender that waits alone may
 * have more still. No sender may hold the last quarter: the slots of a hanging provider are freed
 * only by the answer timeout, and other senders must not wait for that.
 */
final class InFlightSlots {
  private final int most;
  private final int share;
  private final Map<Sender, Integer> held;
  private final Map<Sender, Demand> demands;
  private final Map<Sender, Integer> taken = new HashMap<>();
  private int free;

  /**
   * The slots a sender asks for.
   *
   * @param needed slots it needs to keep its rate
   * @param room how many its breaker allows besides those it holds
   */
  record Demand(int needed, int room) {}

  /**
   * Starts a new allocation.
   *
   * @param slots the total number of slots
   * @param held how many each sender holds, waiting for a time slot or for an answer
   * @param demands of each sender that waits
   */
  InFlightSlots(int slots, Map<Sender, Integer> held, Map<Sender, Demand> demands) {
    this.held = Map.copyOf(held);
    this.demands = Map.copyOf(demands);
    Set<Sender> active = new HashSet<>(held.keySet());
    active.addAll(demands.keySet());
    most = slots - slots / 4;
    share = Math.max(1, slots / Math.max(1, active.size()));
    free = slots - held.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many more slots a waiting sender may take now. */
  int left(Sender sender) {
    Demand demand = demands.get(sender);
    if (demand == null) {
      return 0;
    }
    int already = taken.getOrDefault(sender, 0);
    int bound = demands.size() == 1 ? most : Math.min(most, Math.max(share, demand.needed()));
    int ofBound = bound - held.getOrDefault(sender, 0) - already;
    return Math.max(0, Math.min(free, Math.min(ofBound, demand.room() - already)));
  }

  /** Allocates slots to a sender. */
  void take(Sender sender, int count) {
    taken.merge(sender, count, Integer::sum);
    free -= count;
  }
}
