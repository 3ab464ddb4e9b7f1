package dev.sluice.producer;

import dev.sluice.producer.quota.BacklogLimit;
import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.Control;
import dev.sluice.schema.ReturnedRequest;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the requests of each sender's running campaigns, in turn and by priority, as far as its
 * lanes have room and its daily limit allows. Pages are prepared off the stream thread; here they
 * are only requested and written.
 */
final class RequestFeeder {
  private static final Logger log = LoggerFactory.getLogger(RequestFeeder.class);

  /** Pages hold 2 s of the 10 s of work. */
  private static final int PARTS = 5;

  private final FanOutTick.Surroundings around;
  private final FanOutRepositories sql;
  private final PagePreparation pages;
  private final BacklogLimit backlogLimit;
  private final DatabaseTasks tasks;
  private final CampaignFacts facts;
  private final FanOutStore fanOuts;
  private final Output output;

  /** Pages that are being read, by campaign. */
  private final Map<UUID, Asked> asked = new HashMap<>();

  /** When campaigns were asked for a page last, by a count of pages. */
  private final Map<UUID, Long> turns = new HashMap<>();

  private final long openedNanos = System.nanoTime();
  private long pagesAsked;

  private record Asked(String senderId, int limit) {}

  RequestFeeder(
      FanOutTick.Surroundings around,
      FanOutRepositories sql,
      DatabaseTasks tasks,
      CampaignFacts facts,
      FanOutStore fanOuts,
      Output output) {
    this.around = around;
    this.sql = sql;
    this.tasks = tasks;
    this.facts = facts;
    this.fanOuts = fanOuts;
    this.output = output;
    pages = new PagePreparation(sql.recipients(), sql.dailyLimit(), around.clock());
    backlogLimit = new BacklogLimit(around.workAhead());
  }

  /** Has the facts looked up that are needed before requests can be written. */
  void lookUp() {
    bySender().values().forEach(fanOutsOfSender -> fanOutsOfSender.forEach(facts::lookUp));
  }

  void turn() {
    LaneBacklog.Reading reading = reading();
    if (reading == null) {
      return;
    }
    asked.keySet().removeIf(id -> !tasks.busy(id));
    Map<String, Map<UUID, FanOutState>> bySender = bySender();
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading);
    bySender.forEach((senderId, its) -> {
      CampaignRepository.Sender sender = facts.sender(senderId);
      if (sender == null) {
        its.keySet().forEach(around.watch()::due);
      } else {
        feedSender(sender, its, rooms);
      }
    });
    turns.keySet().retainAll(fanOuts.open().keySet());
  }

  /**
   * The newest reading. Older ones may lack requests written by others before this task was opened.
   */
  private LaneBacklog.@Nullable Reading reading() {
    LaneBacklog.Reading newest = around.backlog().newest();
    return newest == null || newest.takenAtNanos() - openedNanos < 0 ? null : newest;
  }

  /** The campaigns with requests to write, least recently served first. */
  private Map<String, Map<UUID, FanOutState>> bySender() {
    Map<String, Map<UUID, FanOutState>> bySender = new LinkedHashMap<>();
    fanOuts.open().entrySet().stream()
        .filter(entry -> isToBeFed(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparing(entry -> turns.getOrDefault(entry.getKey(), 0L)))
        .forEach(entry ->
            bySender
                .computeIfAbsent(
                    Objects.requireNonNull(entry.getValue().senderId()),
                    sender -> new LinkedHashMap<>())
                .put(entry.getKey(), entry.getValue()));
    return bySender;
  }

  /** Whether workers would return its requests unsent, as far as is known here. */
  private boolean isToBeFed(UUID id, FanOutState fanOut) {
    return fanOut.sending()
        && fanOut.senderId() != null
        && (fanOut.phase() == FanOutState.Phase.FEEDING || fanOuts.returns().any(id))
        && runs(Control.campaignKey(id))
        && runs(Control.senderKey(fanOut.senderId()));
  }

  private boolean runs(String key) {
    return around.controls().apply(key).state() == Control.State.RUNNING;
  }

  /** Shares the sender's room among its campaigns by their priorities. */
  private void feedSender(
      CampaignRepository.Sender sender,
      Map<UUID, FanOutState> campaigns,
      BacklogLimit.Rooms rooms) {
    String senderId = sender.identity().id();
    long room = rooms.of(sender) - underWay(senderId);
    boolean fresh =
        campaigns.entrySet().stream()
            .anyMatch(entry -> entry.getValue().fed() == 0 && isFree(entry.getKey()));
    campaigns.keySet().stream().filter(asked::containsKey).forEach(around.watch()::due);
    // Small pages are expensive: wait for some room, unless a campaign waits for its first page.
    if (room <= 0
        || !(fresh || room >= Math.max(1, rooms.capacity(sender) / PARTS))
        || sql.dailyLimit().recentlyUsedUp(senderId)) {
      return;
    }
    if (fresh) {
      // The first page holds one second's work, so that sending begins soon.
      room = Math.min(room, rooms.perSecond(sender));
    }
    long weights = campaigns.keySet().stream().mapToLong(this::priority).sum();
    for (Map.Entry<UUID, FanOutState> entry : campaigns.entrySet()) {
      UUID id = entry.getKey();
      around.watch().due(id);
      long share = Math.max(1, room * priority(id) / weights);
      ask(id, entry.getValue(), sender, (int) Math.min(share, around.pageSize()));
    }
  }

  private boolean isFree(UUID id) {
    return !tasks.busy(id) && !around.faults().waiting(id);
  }

  private long underWay(String senderId) {
    return asked.values().stream()
        .filter(one -> one.senderId().equals(senderId))
        .mapToLong(Asked::limit)
        .sum();
  }

  private long priority(UUID id) {
    CampaignRepository.Campaign campaign = facts.campaign(id);
    return campaign == null ? 1 : campaign.priority();
  }

  private void ask(UUID id, FanOutState fanOut, CampaignRepository.Sender sender, int limit) {
    CampaignRepository.Campaign campaign = facts.campaign(id);
    String senderId = sender.identity().id();
    // One page at a time is counted, or two campaigns could use the same part of the daily limit.
    if (campaign == null
        || !isFree(id)
        || (sender.dailyLimit() != null && underWay(senderId) > 0)) {
      return;
    }
    List<ReturnedRequest> returned = fanOuts.returns().some(id, limit);
    boolean begun =
        tasks.start(
            id,
            () -> fanOuts.unchanged(id, fanOut),
            () -> {
              PreparedPage page =
                  returned.isEmpty()
                      ? pages.next(campaign, sender, fanOut.cursor(), limit)
                      : pages.again(campaign, sender, returned);
              return () -> write(id, fanOut, sender, page, returned.isEmpty());
            });
    if (begun) {
      asked.put(id, new Asked(senderId, limit));
      turns.put(id, ++pagesAsked);
    }
  }

  private void write(
      UUID id,
      FanOutState fanOut,
      CampaignRepository.Sender sender,
      PreparedPage page,
      boolean fresh) {
    LaneBacklog.Reading reading = reading();
    if (reading == null) {
      return;
    }
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading);
    long requests = 0;
    for (RenderedRequest rendered : page.renderedRequests()) {
      switch (rendered) {
        case RenderedRequest.Message message -> {
          int lane = rooms.deal(sender, fanOut.fed() + requests);
          output.request(message.through(sender, lane));
          requests++;
        }
        case RenderedRequest.Settled(var result) -> output.result(result);
      }
    }
    page.answered().forEach(fanOuts.returns()::remove);
    fanOuts.put(
        id,
        fresh
            ? fanOut.advanced(page.cursor(), requests, page.last())
            : fanOut.wroteAgain(requests));
    backlogLimit.remember(rooms, System.nanoTime());
    around.watch().moved(id);
    if (page.dayUsedUp()) {
      sql.dailyLimit().usedUp(sender.identity().id());
    }
    if (fresh && page.last()) {
      log.info("[campaign {}] every request is queued", FanOutStore.brief(id));
    }
    output.commitSoon();
  }
}
