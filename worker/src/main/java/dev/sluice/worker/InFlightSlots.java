package dev.sluice.worker;

import dev.sluice.schema.SendRequest.Sender;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Shares the slots among the senders that wait for them, for one turn of the loop. A sender is due
 * as many as its rate needs, up to an even share, before others have more. It may have more than
 * that if others are not due them: up to what its rate needs or an even share, or more still if it
 * waits alone.
 *
 * <p>The slots of a hanging provider are freed only by the answer timeout, and other senders must
 * not wait for that, however many hang. So the last quarter is only for what is due, and nobody may
 * hold more than it leaves free there.
 */
final class InFlightSlots {
  private final int most;
  private final int reserve;
  private final int share;
  private final Map<Sender, Integer> held;
  private final Map<Sender, Demand> demands;
  private final Map<Sender, Integer> taken = new HashMap<>();
  private int free;
  private int dueToAll;

  /**
   * The slots a sender asks for.
   *
   * @param needed slots it needs to keep its rate
   * @param unheard how many it may hold besides when its provider falls silent
   * @param room how many its breaker allows besides those it holds
   * @param trial whether its breaker looks whether the provider answers again
   */
  record Demand(int needed, int unheard, int room, boolean trial) {
    Demand(int needed, int room) {
      this(needed, 0, room, false);
    }
  }

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
    reserve = slots / 4;
    most = slots - reserve;
    share = Math.max(1, slots / Math.max(1, active.size()));
    free = slots - held.values().stream().mapToInt(Integer::intValue).sum();
    demands.keySet().forEach(sender -> dueToAll += due(sender));
  }

  /** How many more slots a waiting sender may take now. */
  int left(Sender sender) {
    Demand demand = demands.get(sender);
    if (demand == null) {
      return 0;
    }
    int has = has(sender);
    int bound =
        demands.size() == 1
            ? most
            : Math.min(most, Math.max(share, demand.needed() + demand.unheard()));
    // What hangs since the breaker opened must not keep it from ever closing.
    int least = demand.trial() && free > 0 ? 1 : 0;
    int allowed = Math.min(Math.max(bound - has, least), room(sender));
    int open = free - reserve;
    int dueToOthers = dueToAll - due(sender);
    int due = Math.max(Math.min(due(sender), Math.max(open, (free - has + 1) / 2)), least);
    return Math.clamp(Math.max(due, open - dueToOthers), 0, Math.max(0, allowed));
  }

  /** What a waiting sender lacks of the slots that it is due. */
  private int due(Sender sender) {
    Demand demand = demands.get(sender);
    int wanted = demand == null ? 0 : Math.min(share, demand.needed());
    return Math.clamp(wanted - has(sender), 0, Math.max(0, room(sender)));
  }

  private int has(Sender sender) {
    return held.getOrDefault(sender, 0) + taken.getOrDefault(sender, 0);
  }

  private int room(Sender sender) {
    Demand demand = demands.get(sender);
    return demand == null ? 0 : demand.room() - taken.getOrDefault(sender, 0);
  }

  /** Allocates slots to a sender. */
  void take(Sender sender, int count) {
    int before = due(sender);
    taken.merge(sender, count, Integer::sum);
    dueToAll += due(sender) - before;
    free -= count;
  }
}
