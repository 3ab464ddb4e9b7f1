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
 * Bounds each lane's backlog: a lane may have a few seconds of its own work queued, whatever is
 * queued for others in the same partition. Written requests count until a reading of the backlog is
 * sure to contain them.
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

  /** A worker has returned requests of this lane, as it has more queued than it will send soon. */
  public void full(LaneKey lane, Duration time, long nowNanos) {
    Duration bounded = time.compareTo(LONGEST_FULL) < 0 ? time : LONGEST_FULL;
    long until = nowNanos + bounded.toNanos();
    // By difference, because nanoTime may overflow.
    fullUntil.merge(lane, until, (before, next) -> next - before > 0 ? next : before);
  }

  private record Fed(LaneKey lane, int requests, long atNanos) {}

  /** The rooms of all lanes, given the newest reading. */
  public Rooms rooms(LaneBacklog.Reading reading) {
    fullUntil.values().removeIf(until -> until - reading.takenAtNanos() <= 0);
    while (!fed.isEmpty()
        && reading.takenAtNanos() - fed.peekFirst().atNanos() > VISIBLE_AFTER_NANOS) {
      fed.removeFirst();
    }
    Map<LaneKey, Long> recent = new HashMap<>();
    fed.forEach(some -> recent.merge(some.lane(), (long) some.requests(), Long::sum));
    return new Rooms(reading, recent);
  }

  /** The most that a lane may have queued. */
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

    /** Room of all the sender's lanes. */
    public long of(CampaignRepository.Sender sender) {
      return IntStream.range(0, sender.rates().used()).mapToLong(lane -> of(sender, lane)).sum();
    }

    /** The most that may be queued for the sender's lanes. */
    public long queued(CampaignRepository.Sender sender) {
      return IntStream.range(0, sender.rates().used())
          .mapToLong(lane -> reading.mostWaiting(key(sender, lane)))
          .sum();
    }

    /**
     * The most that the sender's open lanes would take if empty. Not open are those that are full,
     * and those of a partition of which too little is known: one that is closed, for instance.
     */
    public long capacity(CampaignRepository.Sender sender) {
      LaneRates rates = sender.rates();
      return IntStream.range(0, rates.used())
          .filter(lane -> !isFull(key(sender, lane)))
          .filter(lane -> reading.unread(key(sender, lane)) < capacityOf(rates, lane))
          .mapToLong(lane -> capacityOf(rates, lane))
          .sum();
    }

    /** Whether workers call all of the sender's lanes full. */
    public boolean allFull(CampaignRepository.Sender sender) {
      return IntStream.range(0, sender.rates().used()).allMatch(lane -> isFull(key(sender, lane)));
    }

    /** What the sender's lanes send in a second. */
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
     * Uses up one place and returns its lane: the next in turn that has room. In turn, not by hash,
     * so that all lanes finish at about the same time.
     *
     * @param turn how many requests were dealt before this one
     */
    public int deal(CampaignRepository.Sender sender, long turn) {
      int lanes = sender.rates().used();
      int first = sender.rates().inTurn(turn);
      int chosen = first;
      for (int i = 0; i < lanes; i++) {
        int lane = (first + i) % lanes;
        if (of(sender, lane) > 0) {
          chosen = lane;
          break;
        }
      }
      LaneKey lane = key(sender, chosen);
      left.merge(lane, -1L, Long::sum);
      dealt.merge(lane, 1, Integer::sum);
      return chosen;
    }
  }

  private boolean isFull(LaneKey lane) {
    return fullUntil.containsKey(lane);
  }

  private static LaneKey key(CampaignRepository.Sender sender, int lane) {
    return new LaneKey(sender.identity().id(), lane);
  }

  /** Remembers what was dealt from these rooms, until the readings contain it. */
  public void remember(Rooms rooms, long nowNanos) {
    rooms.dealt.forEach((lane, requests) -> fed.addLast(new Fed(lane, requests, nowNanos)));
  }
}
