package dev.sluice.producer;

import dev.sluice.schema.LaneKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the work ahead of the workers bounded: a partition may have a few seconds of work queued
 * for each lane that is being fed, and the lanes share what is left of it in proportion to their
 * rates, so that none can crowd another out. What was fed counts until a reading of the backlog is
 * sure to contain it.
 */
final class WorkAhead {
  /** A record is in Kafka's end offset so long after it was handed over, at the latest. */
  private static final long VISIBLE_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final Duration horizon;
  private final Deque<Fed> fed = new ArrayDeque<>();

  WorkAhead(Duration horizon) {
    this.horizon = horizon;
  }

  private record Fed(int partition, int requests, long atNanos) {}

  /**
   * The rooms of all lanes, given the newest reading.
   *
   * @param feeding everybody who is being fed
   */
  Rooms rooms(Backlog.Reading reading, Collection<CampaignRows.Sender> feeding) {
    while (!fed.isEmpty()
        && reading.takenAtNanos() - fed.peekFirst().atNanos() > VISIBLE_AFTER_NANOS) {
      fed.removeFirst();
    }
    Map<Integer, Long> used = new HashMap<>(reading.waiting());
    fed.forEach(some -> used.merge(some.partition(), (long) some.requests(), Long::sum));
    return new Rooms(reading.partitions(), used, capacities(feeding, reading.partitions()));
  }

  private Map<Integer, Long> capacities(Collection<CampaignRows.Sender> senders, int partitions) {
    Map<Integer, Long> capacities = new HashMap<>();
    for (CampaignRows.Sender sender : senders) {
      for (int lane = 0; lane < sender.lanes(); lane++) {
        capacities.merge(partition(sender, lane, partitions), capacity(sender), Long::sum);
      }
    }
    return capacities;
  }

  /** The most that a lane of this sender may have queued. */
  private long capacity(CampaignRows.Sender sender) {
    double seconds = horizon.toNanos() / 1e9;
    return Math.max(1, (long) Math.ceil(sender.permitsPerSecond() * seconds));
  }

  private static int partition(CampaignRows.Sender sender, int lane, int partitions) {
    return new LaneKey(sender.identity().id(), lane).partition(partitions);
  }

  /** What may be fed now; dealing uses it up. */
  final class Rooms {
    private final int partitions;
    private final Map<Integer, Long> used;
    private final Map<Integer, Long> capacities;
    private final Map<LaneKey, Long> left = new HashMap<>();
    private final Map<Integer, Integer> dealt = new HashMap<>();

    private Rooms(int partitions, Map<Integer, Long> used, Map<Integer, Long> capacities) {
      this.partitions = partitions;
      this.used = used;
      this.capacities = capacities;
    }

    /** Requests that the sender's lanes take together. */
    long of(CampaignRows.Sender sender) {
      long room = 0;
      for (int lane = 0; lane < sender.lanes(); lane++) {
        room += of(sender, lane);
      }
      return room;
    }

    /** The most that the sender's lanes would take if nothing were queued. */
    long capacity(CampaignRows.Sender sender) {
      return WorkAhead.this.capacity(sender) * sender.lanes();
    }

    /** What the sender's lanes send in a second, at least one message a lane. */
    long perSecond(CampaignRows.Sender sender) {
      return (long) Math.ceil(Math.max(1, sender.permitsPerSecond())) * sender.lanes();
    }

    private long of(CampaignRows.Sender sender, int lane) {
      return left.computeIfAbsent(
          new LaneKey(sender.identity().id(), lane), key -> share(sender, key));
    }

    private long share(CampaignRows.Sender sender, LaneKey lane) {
      int partition = lane.partition(partitions);
      long capacity = capacities.getOrDefault(partition, 1L);
      long free = Math.clamp(capacity - used.getOrDefault(partition, 0L), 0, capacity);
      return free * WorkAhead.this.capacity(sender) / capacity;
    }

    /**
     * Takes one place and returns its lane: the next by turn that has room. By turn, not by hash,
     * because lanes of unequal length finish at different times.
     *
     * @param turn how many requests were dealt before this one
     */
    int deal(CampaignRows.Sender sender, long turn) {
      int first = (int) (turn % sender.lanes());
      int chosen = first;
      for (int i = 0; i < sender.lanes(); i++) {
        int lane = (first + i) % sender.lanes();
        if (of(sender, lane) > 0) {
          chosen = lane;
          break;
        }
      }
      LaneKey lane = new LaneKey(sender.identity().id(), chosen);
      left.merge(lane, -1L, Long::sum);
      dealt.merge(lane.partition(partitions), 1, Integer::sum);
      return chosen;
    }
  }

  /** Remembers what was dealt from these rooms, until the readings contain it. */
  void remember(Rooms rooms, long nowNanos) {
    rooms.dealt.forEach(
        (partition, requests) -> fed.addLast(new Fed(partition, requests, nowNanos)));
  }
}
