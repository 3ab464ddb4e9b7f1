package dev.sluice.producer;

import dev.sluice.producer.quota.BacklogLimit;
import dev.sluice.producer.quota.FairShares;
import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.ReturnedRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

  /**
   * A page is read once a tenth of the work ahead is free, by default 1 s of 10 s: a lane has 8.5 s
   * left when its producer dies, which is replaced in 8 s.
   */
  private static final int PARTS = 10;

  /** Pages of a sender with a daily limit wait for each other and must not fill all places. */
  private static final int PAGES_AT_A_LIMIT = 2;

  private final FanOutTick.Surroundings around;
  private final FanOutRepositories sql;
  private final PagePreparation pages;
  private final BacklogLimit backlogLimit;
  private final DatabaseTasks tasks;
  private final CampaignFacts facts;
  private final FanOutStore fanOuts;
  private final Output output;

  private final FeedableCampaigns campaigns;
  private final PagesUnderWay underWay;

  /** What each sender's campaigns have had of its room. */
  private final Map<String, FairShares> shares = new HashMap<>();

  /** Campaigns whose last page ended with somebody beyond the sender's daily limit. */
  private final Set<UUID> atTheLimit = new HashSet<>();

  /** Campaigns whose last page was cut short, because their messages or variables are large. */
  private final Set<UUID> bulky = new HashSet<>();

  private final long openedNanos;
  private long pagesAsked;

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
    pages = new PagePreparation(sql, around.clock());
    campaigns = new FeedableCampaigns(around, fanOuts);
    underWay = new PagesUnderWay(around);
    backlogLimit = new BacklogLimit(around.workAhead());
    openedNanos = now();
  }

  private long now() {
    return around.nanoTime().getAsLong();
  }

  /** Looks up the facts that are needed to write requests. */
  void lookUp() {
    bySender()
        .values()
        .forEach(its -> its.forEach((id, feedable) -> facts.lookUp(id, feedable.fanOut())));
  }

  /** Writes nothing to a lane for a while. */
  void full(LaneKey lane, Duration time) {
    backlogLimit.full(lane, time, now());
  }

  void iterate() {
    LaneBacklog.Reading reading = reading();
    if (reading == null) {
      return;
    }
    underWay.retain(tasks::busy);
    Map<String, Map<UUID, Feedable>> bySender = bySender();
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading);
    BacklogLimit.Rooms free = backlogLimit.rooms(reading, underWay.places());
    bySender.forEach((senderId, its) -> {
      // Others' recipients may count already and need no place in the limit.
      if (sql.dailyLimit().recentlyUsedUp(senderId)) {
        its.keySet().removeAll(atTheLimit);
      }
      CampaignRepository.Sender sender = facts.sender(senderId);
      if (sender == null) {
        its.keySet().forEach(around.watch()::due);
      } else {
        feedSender(sender, its, rooms, free);
      }
    });
    shares.values().forEach(one -> one.retain(fanOuts.open().keySet()));
    shares.values().removeIf(FairShares::isEmpty);
    atTheLimit.retainAll(fanOuts.open().keySet());
    bulky.retainAll(fanOuts.open().keySet());
  }

  /**
   * Returns the newest reading. An older one may lack requests written by others before this task
   * was opened.
   */
  private LaneBacklog.@Nullable Reading reading() {
    LaneBacklog.Reading newest = around.backlog().newest();
    return newest == null || newest.takenAtNanos() - openedNanos < 0 ? null : newest;
  }

  /**
   * Returns the campaigns with requests to write by sender, in the order in which they are served.
   */
  private Map<String, Map<UUID, Feedable>> bySender() {
    List<Feedable> all = campaigns.all();
    all.stream()
        .collect(
            Collectors.groupingBy(
                Feedable::senderId,
                Collectors.filtering(
                    this::takesItsTurn, Collectors.mapping(Feedable::id, Collectors.toSet()))))
        .forEach((senderId, ids) -> shares(senderId).present(ids));
    return all.stream()
        .sorted(
            Comparator.<Feedable>comparingDouble(
                    one -> shares(one.senderId()).virtualTime(one.id()))
                // After a takeover all have the same.
                .thenComparing(one -> !one.isFresh()))
        .collect(
            Collectors.groupingBy(
                Feedable::senderId,
                LinkedHashMap::new,
                Collectors.toMap(
                    Feedable::id, Function.identity(), (a, b) -> b, LinkedHashMap::new)));
  }

  /** Returns whether a campaign can be asked for a page, now or once its last one has come. */
  private boolean takesItsTurn(Feedable one) {
    return !around.faults().waiting(one.id())
        && !underWay.isSlow(one.id())
        && !(atTheLimit.contains(one.id()) && sql.dailyLimit().recentlyUsedUp(one.senderId()));
  }

  private FairShares shares(String senderId) {
    return shares.computeIfAbsent(senderId, id -> new FairShares());
  }

  /**
   * Shares the sender's room among its campaigns by priority.
   *
   * @param free what pages under way leave of the rooms
   */
  private void feedSender(
      CampaignRepository.Sender sender,
      Map<UUID, Feedable> its,
      BacklogLimit.Rooms rooms,
      BacklogLimit.Rooms free) {
    String senderId = sender.identity().id();
    long room = free.of(sender);
    boolean fresh =
        its.entrySet().stream()
            .anyMatch(entry -> entry.getValue().isFresh() && isFree(entry.getKey()));
    its.keySet().stream().filter(underWay::contains).forEach(around.watch()::due);
    long worthAPage = Math.max(1, rooms.capacity(sender) / PARTS);
    // Excludes lanes that their provider slows down; workers report these.
    if (!rooms.allFull(sender) && rooms.of(sender) < worthAPage) {
      around.watch().full(senderId, rooms.queued(sender), sender.rates().ratePerSecond());
    }
    // Small pages are expensive: wait for some room, unless a campaign waits for its first page.
    if (room <= 0 || !(fresh || room >= worthAPage)) {
      return;
    }
    boolean takenOver = shares(senderId).isEmpty();
    if (fresh || takenOver) {
      // The first page holds one second's work, so that sending begins soon, or does not stop.
      room = Math.min(room, rooms.perSecond(sender));
    }
    // What is slow or backs off has no share, which nobody else would be given.
    Map<UUID, Long> priorities =
        its.values().stream()
            .filter(this::takesItsTurn)
            .collect(Collectors.toMap(Feedable::id, one -> priority(one.id())));
    FairShares.Round round = shares(senderId).round(room, priorities);
    boolean anySound = its.keySet().stream().anyMatch(id -> !around.faults().suspect(id));
    for (Map.Entry<UUID, Feedable> entry : its.entrySet()) {
      UUID id = entry.getKey();
      around.watch().due(id);
      if (!priorities.containsKey(id)) {
        continue;
      }
      // The room of slow pages is given to others; when they come, they are queued beyond it.
      boolean suspect = around.faults().suspect(id);
      long most =
          suspect
              ? around.pageSize()
              : underWay.largest(sender, rooms.perSecond(sender), bulky.contains(id));
      if (suspect && anySound) {
        most = Math.min(most, worthAPage);
      }
      int limit = (int) Math.min(round.share(id), most);
      if (limit > 0
          && !rests(id, sender, its.keySet())
          && ask(id, entry.getValue(), sender, limit, free)) {
        round.give(id, limit);
      }
    }
  }

  /** Returns whether a campaign leaves its sender's daily count to another that could be fed. */
  private boolean rests(UUID id, CampaignRepository.Sender sender, Set<UUID> campaigns) {
    return sender.dailyLimit() != null
        && sql.dailyLimit().rests(id)
        && campaigns.stream().anyMatch(one -> !one.equals(id) && !around.faults().waiting(one));
  }

  private boolean isFree(UUID id) {
    return !tasks.busy(id) && !around.faults().waiting(id);
  }

  private long priority(UUID id) {
    CampaignRepository.Campaign campaign = facts.campaign(id);
    return campaign == null ? 1 : campaign.priority();
  }

  /** Asks for a page; returns whether it is being read. */
  private boolean ask(
      UUID id,
      Feedable feedable,
      CampaignRepository.Sender sender,
      int limit,
      BacklogLimit.Rooms free) {
    CampaignRepository.Campaign campaign = facts.campaign(id);
    if (campaign == null || !isFree(id)) {
      return false;
    }
    if (sender.dailyLimit() != null && underWay.count(sender.identity().id()) >= PAGES_AT_A_LIMIT) {
      return false;
    }
    Instant now = around.clock().instant();
    List<ReturnedRequest> returned = fanOuts.returns().ready(id, now, limit);
    if (returned.isEmpty() && !feedable.progress().isDue(now)) {
      return false;
    }
    Instant since = returned.isEmpty() ? now : null;
    if (!tasks.takes(id)) {
      return false;
    }
    long turn = turn(feedable, !returned.isEmpty());
    List<Integer> lanes =
        IntStream.range(0, limit).mapToObj(one -> free.deal(sender, turn + one)).toList();
    boolean begun =
        tasks.start(
            id,
            () -> fanOuts.unchanged(id, feedable.fanOut()),
            () -> {
              PreparedPage page =
                  returned.isEmpty()
                      ? pages.next(campaign, sender, feedable.progress(), limit)
                      : pages.again(campaign, sender, returned);
              return () -> write(id, feedable, sender, page, lanes, since);
            });
    if (begun) {
      underWay.add(id, sender.identity().id(), lanes);
      pagesAsked++;
    } else {
      lanes.forEach(lane -> free.giveBack(sender, lane));
    }
    return begun;
  }

  /** A page of returned requests begins with another lane than the last one. */
  private long turn(Feedable feedable, boolean returned) {
    return returned ? pagesAsked : feedable.progress().fed();
  }

  /**
   * Writes a page.
   *
   * @param lanes one for each recipient that was asked for
   * @param since when it was asked for, or null if it is of returned requests
   */
  private void write(
      UUID id,
      Feedable feedable,
      CampaignRepository.Sender sender,
      PreparedPage page,
      List<Integer> lanes,
      @Nullable Instant since) {
    boolean fresh = since != null;
    LaneBacklog.Reading reading = reading();
    if (reading == null) {
      return;
    }
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading, underWay.places(id));
    long turn = turn(feedable, !fresh);
    int requests = 0;
    for (RenderedRequest rendered : page.renderedRequests()) {
      switch (rendered) {
        case RenderedRequest.Message message -> {
          int lane = rooms.take(sender, lanes.get(requests), turn + requests);
          output.request(message.through(sender, lane), since);
          requests++;
        }
        case RenderedRequest.Settled(var result) -> output.result(result, since);
      }
    }
    page.answered().forEach(fanOuts.returns()::remove);
    FanOutState fanOut =
        fresh
            ? feedable.fanOut().advanced(page.cursor(), requests, page.last())
            : feedable.fanOut();
    fanOuts.put(id, fanOut);
    backlogLimit.remember(rooms, now());
    underWay.remove(id);
    around.watch().moved(id);
    if (page.dayUsedUp()) {
      sql.dailyLimit().usedUp(sender.identity().id());
    }
    note(atTheLimit, id, page.dayUsedUp());
    if (fresh) {
      boolean cut =
          !page.last() && !page.dayUsedUp() && page.renderedRequests().size() < lanes.size();
      note(bulky, id, cut);
    }
    if (fresh && fanOut.phase() instanceof FanOutState.Fed) {
      log.info("[campaign {}] every request is queued", FanOutStore.brief(id));
    }
    output.commitSoon();
  }

  private static void note(Set<UUID> campaigns, UUID id, boolean belongs) {
    if (belongs) {
      campaigns.add(id);
    } else {
      campaigns.remove(id);
    }
  }
}
