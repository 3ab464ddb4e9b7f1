package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.CampaignStanding;
import dev.sluice.producer.state.Announced;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.CampaignStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Notices campaigns that have completed, which the writer of their results decides in their rows. A
 * row is read when its recipients may be settled at the sender's rate, so that a campaign costs
 * only a few reads.
 */
final class CampaignEnds {
  private static final Duration SOONEST = Duration.ofSeconds(1);
  private static final Duration LATEST = Duration.ofSeconds(10);

  /** The most campaigns read in one statement. */
  private static final int MOST = 1_000;

  /** The id of these reads among the campaigns' tasks. */
  private static final UUID NOBODY = new UUID(0, 1);

  private final CampaignRepository rows;
  private final DatabaseTasks tasks;
  private final CampaignFacts facts;
  private final FanOutStore fanOuts;
  private final CampaignEvents events;
  private final FanOutHealth watch;
  private final InstantSource clock;
  private final Map<UUID, Seen> seen = new HashMap<>();
  private Instant again = Instant.MIN;

  /** How many recipients were pending, and when. */
  private record Seen(long pending, Instant at) {}

  CampaignEnds(
      CampaignRepository rows,
      DatabaseTasks tasks,
      CampaignFacts facts,
      FanOutStore fanOuts,
      CampaignEvents events,
      FanOutHealth watch,
      InstantSource clock) {
    this.rows = rows;
    this.tasks = tasks;
    this.facts = facts;
    this.fanOuts = fanOuts;
    this.events = events;
    this.watch = watch;
    this.clock = clock;
  }

  /** Records how many recipients of a campaign are pending. */
  void expect(UUID campaignId, long pending) {
    seen.put(campaignId, new Seen(pending, clock.instant()));
  }

  void iterate() {
    Instant now = clock.instant();
    if (now.isBefore(again)) {
      return;
    }
    again = now.plus(SOONEST);
    Map<UUID, Announced> open = events.open();
    watch.underWay(open.values());
    watch.unreadable(fanOuts.returns().unreadable(open.keySet()));
    watch.returned(fanOuts.returns().count());
    seen.keySet().retainAll(open.keySet());
    Map<UUID, FanOutState> found = new HashMap<>();
    for (UUID id : open.keySet()) {
      FanOutState fanOut = fanOuts.find(id);
      if (fanOut != null) {
        found.put(id, fanOut);
      }
    }
    watch.recipients(
        found.values().stream().mapToLong(CampaignEnds::fed).sum(),
        seen.values().stream().mapToLong(Seen::pending).sum());
    List<UUID> due =
        open.keySet().stream()
            .filter(id -> due(id, found.get(id), now))
            .sorted(Comparator.comparing(this::lastSeen))
            .limit(MOST)
            .toList();
    if (!due.isEmpty()) {
      tasks.start(
          NOBODY,
          () -> true,
          () -> {
            Map<UUID, CampaignStanding> read = rows.standings(due);
            return () -> due.forEach(id -> update(id, read.get(id)));
          });
    }
  }

  private static long fed(FanOutState fanOut) {
    return fanOut.phase() instanceof FanOutState.Started started ? started.progress().fed() : 0;
  }

  private Instant lastSeen(UUID id) {
    Seen last = seen.get(id);
    return last == null ? Instant.MIN : last.at();
  }

  private boolean due(UUID id, @Nullable FanOutState fanOut, Instant now) {
    Seen last = seen.get(id);
    return last == null || !last.at().plus(settling(fanOut, last.pending())).isAfter(now);
  }

  /**
   * Returns the shortest time in which this many can be sent to, within bounds because the rate may
   * change.
   */
  private Duration settling(@Nullable FanOutState fanOut, long pending) {
    String senderId = fanOut == null ? null : fanOut.senderId();
    CampaignRepository.Sender sender = senderId == null ? null : facts.sender(senderId);
    if (sender == null) {
      return SOONEST;
    }
    double seconds = pending / sender.rates().ratePerSecond();
    long millis = (long) (seconds * 1e3);
    return Duration.ofMillis(Math.clamp(millis, SOONEST.toMillis(), LATEST.toMillis()));
  }

  private void update(UUID id, @Nullable CampaignStanding standing) {
    if (standing == null) {
      events.forget(id);
    } else if (standing.status() == CampaignStatus.COMPLETED) {
      events.completed(id, standing);
    } else {
      expect(id, standing.counts().pending());
    }
  }
}
