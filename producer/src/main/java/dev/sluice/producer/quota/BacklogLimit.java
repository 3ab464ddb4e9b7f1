package dev.sluice.producer.quota;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.schema.LaneKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds each lane's backlog: a lane may have a few seconds of its own work queued, whatever is
 * queued for others in the same partition. Written requests count until a reading of the backlog is
 * sure to contain them.
 */
public final class BacklogLimit {
  /** The longest time until a written record is part of Kafka's end offset. */
  private static final long VISIBLE_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final Duration horizon;
  private final Deque<Fed> fed = new ArrayDeque<>();

  public BacklogLimit(Duration horizon) {
    this.horizon = horizon;
  }

  private record Fed(LaneKey lane, int requests, long atNanos) {}

  /** The rooms of all lanes, given the newest reading. */
  public Rooms rooms(LaneBacklog.Reading reading) {
    while (!fed.isEmpty()
        && reading.takenAtNanos() - fed.peekFirst().atNanos() > VISIBLE_AFTER_NANOS) {
      fed.removeFirst();
    }
    Map<LaneKey, Long> recent = new HashMap<>();
    fed.forEach(some -> recent.merge(some.lane(), (long) some.requests(), Long::sum));
    return new Rooms(reading, recent);
  }

  /** The most that a lane of this sender may have queued. */
  private long capacity(CampaignRepository.Sender sender) {
    double seconds = horizon.toNanos() / 1e9;
    return Math.max(1, (long) Math.ceil(sender.permitsPerSecond() * seconds));
  }

  /** How many requests may be written now; each one dealt uses up room. */
  public final class Rooms {
    private final LaneBacklog.Reading reading;
    private final Map<LaneKey, Long> recent;
    private final Map<LaneKey, Long> left = new HashMap<>();
    private final Map<LaneKey, Integer> dealt = new HashMap<>();

    private Rooms(LaneBacklog.Reading reading, Map<LaneKey, Long> recent) {
      this.reading = reading;
      this.recent = recent;
    }

    /** Room of all the sender's lanes. */
    public long of(CampaignRepository.Sender sender) {
      long room = 0;
      for (int lane = 0; lane < sender.lanes(); lane++) {
        room += of(sender, lane);
      }
      return room;
    }

    /** The most that the sender's lanes would take if nothing were queued. */
    public long capacity(CampaignRepository.Sender sender) {
      return BacklogLimit.this.capacity(sender) * sender.lanes();
    }

    /** What the sender's lanes send in a second, at least one message a lane. */
    public long perSecond(CampaignRepository.Sender sender) {
      return (long) Math.ceil(Math.max(1, sender.permitsPerSecond())) * sender.lanes();
    }

    private long of(CampaignRepository.Sender sender, int lane) {
      return left.computeIfAbsent(
          new LaneKey(sender.identity().id(), lane),
          key -> {
            long capacity = BacklogLimit.this.capacity(sender);
            long used = reading.mostWaiting(key) + recent.getOrDefault(key, 0L);
            return Math.clamp(capacity - used, 0, capacity);
          });
    }

    /**
     * Uses up one place and returns its lane: the next in turn that has room. In turn, not by hash,
     * so that all lanes finish at about the same time.
     *
     * @param turn how many requests were dealt before this one
     */
    public int deal(CampaignRepository.Sender sender, long turn) {
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
      dealt.merge(lane, 1, Integer::sum);
      return chosen;
    }
  }

  /** Remembers what was dealt from these rooms, until the readings contain it. */
  public void remember(Rooms rooms, long nowNanos) {
    rooms.dealt.forEach((lane, requests) -> fed.addLast(new Fed(lane, requests, nowNanos)));
  }
}
