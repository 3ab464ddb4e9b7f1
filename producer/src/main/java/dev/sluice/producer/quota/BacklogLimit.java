package dev.sluice.producer.quota;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.LaneRates;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Limits each lane's backlog: a lane may have a few seconds of its own work queued, whatever is
 * queued for others in the same partition. Written requests count until a reading of the backlog is
 * sure to include them.
 */
public final class BacklogLimit {
  /** The longest time until a written record is part of Kafka's end offset. */
  private static final long VISIBLE_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private static final Duration LONGEST_FULL = Duration.ofMinutes(10);

  private final Duration horizon;
  private final Deque<Fed> fed = new ArrayDeque<>();

  /** Until when lanes are full, whatever a reading says. */
  private final Map<LaneKey, Long> fullUntil = new HashMap<>();

  public BacklogLimit(Duration horizon) {
    this.horizon = horizon;
  }

  /**
   * Marks a lane as full for a time: a worker has returned requests of it, because it has more
   * queued than it will send soon.
   */
  public void full(LaneKey lane, Duration time, long nowNanos) {
    Duration bounded = time.compareTo(LONGEST_FULL) < 0 ? time : LONGEST_FULL;
    long until = nowNanos + bounded.toNanos();
    // Compare by difference, because nanoTime may overflow.
    fullUntil.merge(lane, until, (before, next) -> next - before > 0 ? next : before);
  }

  private record Fed(LaneKey lane, int requests, long atNanos) {}

  /** Returns the rooms of all lanes, given the newest reading. */
  public Rooms rooms(LaneBacklog.Reading reading) {
    return rooms(reading, Map.of());
  }

  /**
   * Returns what these rooms leave free.
   *
   * @param reserved places that are taken by what is not written yet, by lane
   */
  public Rooms rooms(LaneBacklog.Reading reading, Map<LaneKey, Long> reserved) {
    fullUntil.values().removeIf(until -> until - reading.takenAtNanos() <= 0);
    while (!fed.isEmpty()
        && reading.takenAtNanos() - fed.peekFirst().atNanos() > VISIBLE_AFTER_NANOS) {
      fed.removeFirst();
    }
    Map<LaneKey, Long> recent = new HashMap<>(reserved);
    fed.forEach(some -> recent.merge(some.lane(), (long) some.requests(), Long::sum));
    return new Rooms(reading, recent);
  }

  /** Returns the most that a lane may have queued. */
  private long capacityOf(LaneRates rates, int lane) {
    double seconds = horizon.toNanos() / 1e9;
    return Math.max(1, (long) Math.ceil(rates.permitsPerSecond(lane) * seconds));
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

    /** Returns the room of all the sender's lanes. */
    public long of(CampaignRepository.Sender sender) {
      return IntStream.range(0, sender.rates().used()).mapToLong(lane -> of(sender, lane)).sum();
    }

    /** Returns the most that may be queued for the sender's lanes. */
    public long queued(CampaignRepository.Sender sender) {
      return IntStream.range(0, sender.rates().used())
          .mapToLong(lane -> reading.mostWaiting(key(sender, lane)))
          .sum();
    }

    /**
     * Returns the most that the sender's open lanes would take if empty. Not open are lanes that
     * are full, and lanes in a partition about which too little is known, for example a closed one.
     */
    public long capacity(CampaignRepository.Sender sender) {
      LaneRates rates = sender.rates();
      return IntStream.range(0, rates.used())
          .filter(lane -> isOpen(sender, lane))
          .mapToLong(lane -> capacityOf(rates, lane))
          .sum();
    }

    /** Returns whether workers have reported all of the sender's lanes as full. */
    public boolean allFull(CampaignRepository.Sender sender) {
      return IntStream.range(0, sender.rates().used()).allMatch(lane -> isFull(key(sender, lane)));
    }

    /** Returns what the sender's lanes send in a second. */
    public long perSecond(CampaignRepository.Sender sender) {
      return (long) Math.ceil(sender.rates().ratePerSecond());
    }

    private long of(CampaignRepository.Sender sender, int lane) {
      return left.computeIfAbsent(
          key(sender, lane),
          key -> {
            if (isFull(key)) {
              return 0L;
            }
            long capacity = capacityOf(sender.rates(), lane);
            long used = reading.mostWaiting(key) + recent.getOrDefault(key, 0L);
            return Math.clamp(capacity - used, 0, capacity);
          });
    }

    /**
     * Uses up one place and returns its lane: the next in turn that has room. Lanes take turns
     * rather than being hashed, so that all finish at about the same time.
     *
     * @param turn how many requests were dealt before this one
     */
    public int deal(CampaignRepository.Sender sender, long turn) {
      int chosen = another(sender, sender.rates().inTurn(turn), turn);
      add(sender, chosen, 1);
      return chosen;
    }

    /**
     * Returns the lane for a place that was dealt earlier and is reserved in these rooms. If its
     * lane is no longer open, it is the next in turn with room beyond all reserved places.
     */
    public int take(CampaignRepository.Sender sender, int lane, long turn) {
      int taken = isOpen(sender, lane) ? lane : another(sender, lane, turn);
      if (taken == lane) {
        dealt.merge(key(sender, lane), 1, Integer::sum);
      } else {
        add(sender, taken, 1);
      }
      return taken;
    }

    /** Returns the next lane in turn that has room, or this one if none has. */
    private int another(CampaignRepository.Sender sender, int lane, long turn) {
      int lanes = sender.rates().used();
      int first = sender.rates().inTurn(turn);
      return IntStream.range(0, lanes)
          .map(i -> (first + i) % lanes)
          .filter(one -> of(sender, one) > 0)
          .findFirst()
          .orElse(lane);
    }

    /** Gives back a place that was dealt. */
    public void giveBack(CampaignRepository.Sender sender, int lane) {
      add(sender, lane, -1);
    }

    private void add(CampaignRepository.Sender sender, int lane, int requests) {
      LaneKey key = key(sender, lane);
      left.put(key, of(sender, lane) - requests);
      dealt.merge(key, requests, Integer::sum);
    }

    private boolean isOpen(CampaignRepository.Sender sender, int lane) {
      LaneKey key = key(sender, lane);
      return !isFull(key) && reading.unread(key) < capacityOf(sender.rates(), lane);
    }
  }

  private boolean isFull(LaneKey lane) {
    return fullUntil.containsKey(lane);
  }

  private static LaneKey key(CampaignRepository.Sender sender, int lane) {
    return new LaneKey(sender.identity().id(), lane);
  }

  /** Remembers what was dealt from these rooms, until readings include it. */
  public void remember(Rooms rooms, long nowNanos) {
    rooms.dealt.forEach((lane, requests) -> fed.addLast(new Fed(lane, requests, nowNanos)));
  }
}
