package dev.sluice.producer.quota;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * How the campaigns of a sender share its room by priority: weighted fair queuing. A campaign's
 * virtual time is how many places it was given, divided by its priority; the one with the least,
 * which has had the least for its priority, comes first.
 */
public final class FairShares {
  private final Map<UUID, Double> times = new HashMap<>();
  private Set<UUID> present = Set.of();

  /** The least virtual time of those that are present, which never falls. */
  private double now;

  /**
   * Notes which campaigns can be given places. Those that come back, like those that join, come
   * first once and then begin at the least virtual time of the others: they do not make up for the
   * time before.
   */
  public void present(Set<UUID> campaigns) {
    double least =
        campaigns.stream()
            .filter(present::contains)
            .filter(times::containsKey)
            .mapToDouble(this::virtualTime)
            .min()
            .orElse(now);
    now = Math.max(now, least);
    present = Set.copyOf(campaigns);
  }

  /** Returns a campaign's virtual time; one that was never given anything comes first. */
  public double virtualTime(UUID campaign) {
    return times.getOrDefault(campaign, 0.0);
  }

  /**
   * Begins to share out a room.
   *
   * @param priorities of all campaigns that share it
   */
  public Round round(long room, Map<UUID, Long> priorities) {
    return new Round(room, priorities);
  }

  /** Forgets all campaigns but these. */
  public void retain(Set<UUID> campaigns) {
    times.keySet().retainAll(campaigns);
  }

  /** Returns whether no campaign is known, so that nothing is lost with it. */
  public boolean isEmpty() {
    return times.isEmpty();
  }

  /** One room, to be given to campaigns in their order. */
  public final class Round {
    private final long room;
    private final Map<UUID, Long> priorities;
    private final long sum;
    private long left;

    private Round(long room, Map<UUID, Long> priorities) {
      this.room = room;
      this.priorities = Map.copyOf(priorities);
      sum = priorities.values().stream().mapToLong(Long::longValue).sum();
      left = room;
    }

    /**
     * Returns how many places a campaign may have: at least one, if any is left. With less room
     * than campaigns those that are served last come first in the next round.
     */
    public long share(UUID campaign) {
      return Math.min(left, Math.max(1, room * priority(campaign) / sum));
    }

    /** Gives a campaign some places of its share. */
    public void give(UUID campaign, long places) {
      left -= places;
      double begins = Math.max(virtualTime(campaign), now);
      times.put(campaign, begins + (double) places / priority(campaign));
    }

    private long priority(UUID campaign) {
      Long priority = priorities.get(campaign);
      if (priority == null) {
        throw new IllegalArgumentException("no share for " + campaign);
      }
      return priority;
    }
  }
}
