package dev.sluice.worker;

import dev.sluice.schema.SendRequest.Sender;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Deals the slots to the senders that wait for them, for one turn of the loop. A sender may have as
 * many as its rate needs, or an even share where that is more; whoever waits alone may have more.
 * But a quarter is kept from everybody: if a sender hangs, its slots come back only when its
 * answers are given up, and the next sender would have to wait for that.
 */
final class InFlightSlots {
  private final int most;
  private final int share;
  private final Map<Sender, Integer> held;
  private final Map<Sender, Wish> wishes;
  private final Map<Sender, Integer> taken = new HashMap<>();
  private int free;

  /**
   * What a sender waits for.
   *
   * @param needed slots that keep its rate
   * @param room how many its breaker lets it have besides those that it holds
   */
  record Wish(int needed, int room) {}

  /**
   * Deals anew.
   *
   * @param slots how many there are
   * @param held how many each sender holds, waiting for a time slot or for an answer
   * @param wishes of each sender that waits
   */
  InFlightSlots(int slots, Map<Sender, Integer> held, Map<Sender, Wish> wishes) {
    this.held = Map.copyOf(held);
    this.wishes = Map.copyOf(wishes);
    Set<Sender> active = new HashSet<>(held.keySet());
    active.addAll(wishes.keySet());
    most = slots - slots / 4;
    share = Math.max(1, slots / Math.max(1, active.size()));
    free = slots - held.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many more a waiting sender may take now. */
  int left(Sender sender) {
    Wish wish = wishes.get(sender);
    if (wish == null) {
      return 0;
    }
    int already = taken.getOrDefault(sender, 0);
    int bound = wishes.size() == 1 ? most : Math.min(most, Math.max(share, wish.needed()));
    int ofBound = bound - held.getOrDefault(sender, 0) - already;
    return Math.max(0, Math.min(free, Math.min(ofBound, wish.room() - already)));
  }

  /** A sender takes some. */
  void take(Sender sender, int count) {
    taken.merge(sender, count, Integer::sum);
    free -= count;
  }
}
