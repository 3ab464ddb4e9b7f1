package dev.sluice.producer;

import dev.sluice.producer.quota.BacklogLimit;
import dev.sluice.producer.quota.FairShares;
import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.Control;
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
import java.util.stream.Stream;
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

  /**
   * A page of a sender that sends more than the usual number in a second may be this many times as
   * large: each page waits for the commit of the one before.
   */
  private static final int LARGEST = 5;

  /** The memory of all pages being read beyond their usual size, as a number of usual pages. */
  private static final int SPARE = 8;

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

  /** Pages that are being read, by campaign. */
  private final Map<UUID, Asked> asked = new HashMap<>();

  /** What each sender's campaigns have had of its room. */
  private final Map<String, FairShares> shares = new HashMap<>();

  /** Campaigns whose last page ended with somebody beyond the sender's daily limit. */
  private final Set<UUID> atTheLimit = new HashSet<>();

  /** Campaigns whose last page was cut short, because their messages or variables are large. */
  private final Set<UUID> bulky = new HashSet<>();

  private final long openedNanos;
  private long pagesAsked;

  /**
   * A page that is being read.
   *
   * @param lanes the lane of each request that it may have: a reading that comes meanwhile may
   *     count requests twice, so that lanes chosen then would fill unevenly
   * @param places how many requests each lane may get
   */
  private record Asked(
      String senderId, List<Integer> lanes, Map<LaneKey, Long> places, Instant at) {
    static Asked of(String senderId, List<Integer> lanes, Instant at) {
      return new Asked(
          senderId,
          lanes,
          lanes.stream()
              .collect(
                  Collectors.groupingBy(
                      lane -> new LaneKey(senderId, lane), Collectors.counting())),
          at);
    }

    int limit() {
      return lanes.size();
    }
  }

  /** A campaign with requests to write. */
  private record Feedable(UUID id, FanOutState fanOut, FanOutState.Progress progress) {
    String senderId() {
      return progress.senderId();
    }

    /**
     * Returns whether it waits for its first page, whether or not that holds any request. Further
     * passes begin at the start, too, but not the sending.
     */
    boolean isFresh() {
      return progress.cursor().equals(Cursor.START) && progress.fed() == 0;
    }
  }

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
    asked.keySet().removeIf(id -> !tasks.busy(id));
    Map<String, Map<UUID, Feedable>> bySender = bySender();
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading);
    BacklogLimit.Rooms free = backlogLimit.rooms(reading, underWay());
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
    List<Feedable> all =
        fanOuts.open().entrySet().stream()
            .flatMap(entry -> Stream.ofNullable(feedable(entry.getKey(), entry.getValue())))
            .toList();
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
    Asked page = asked.get(one.id());
    return !around.faults().waiting(one.id())
        && (page == null || !isSlow(one.id(), page.at()))
        && !(atTheLimit.contains(one.id()) && sql.dailyLimit().recentlyUsedUp(one.senderId()));
  }

  private FairShares shares(String senderId) {
    return shares.computeIfAbsent(senderId, id -> new FairShares());
  }

  /**
   * Returns null if no requests are left to write, or if workers would return them unsent, as far
   * as is known here.
   */
  private @Nullable Feedable feedable(UUID id, FanOutState fanOut) {
    FanOutState.Progress progress =
        switch (fanOut.phase()) {
          case FanOutState.Feeding feeding ->
              rests(id, fanOut, feeding.progress()) || waits(id, feeding.progress())
                  ? null
                  : feeding.progress();
          case FanOutState.Fed fed -> anyReady(id) ? fed.progress() : null;
          case FanOutState.Requested _, FanOutState.Resending _, FanOutState.Unreadable _ -> null;
        };
    return progress != null && runs(id, fanOut, progress)
        ? new Feedable(id, fanOut, progress)
        : null;
  }

  private boolean runs(UUID id, FanOutState fanOut, FanOutState.Progress progress) {
    return fanOut.effective() == Control.State.RUNNING
        && runs(Control.campaignKey(id))
        && senderRuns(progress.senderId());
  }

  private boolean senderRuns(String senderId) {
    Control control = around.controls().apply(Control.senderKey(senderId));
    if (control.state() == Control.State.BLOCKED && !control.endsByItself()) {
      around.watch().blocked(senderId, String.valueOf(control.reason()));
    }
    return control.state() == Control.State.RUNNING;
  }

  /** New requests of a campaign most of whose requests are postponed would come back as well. */
  private boolean rests(UUID id, FanOutState fanOut, FanOutState.Progress progress) {
    if (anyReady(id) || !fanOuts.returns().areMost(id, progress.fed())) {
      return false;
    }
    if (runs(id, fanOut, progress)) {
      around.watch().postponed(id, fanOuts.returns().soonest(id));
    }
    return true;
  }

  /** Returns whether it is not yet the local time of the recipients that come next. */
  private boolean waits(UUID id, FanOutState.Progress progress) {
    return !progress.isDue(around.clock().instant()) && !anyReady(id);
  }

  private boolean anyReady(UUID id) {
    return fanOuts.returns().anyReady(id, around.clock().instant());
  }

  private boolean runs(String key) {
    return around.controls().apply(key).state() == Control.State.RUNNING;
  }

  /**
   * Shares the sender's room among its campaigns by priority.
   *
   * @param free what pages under way leave of the rooms
   */
  private void feedSender(
      CampaignRepository.Sender sender,
      Map<UUID, Feedable> campaigns,
      BacklogLimit.Rooms rooms,
      BacklogLimit.Rooms free) {
    String senderId = sender.identity().id();
    long room = free.of(sender);
    boolean fresh =
        campaigns.entrySet().stream()
            .anyMatch(entry -> entry.getValue().isFresh() && isFree(entry.getKey()));
    campaigns.keySet().stream().filter(asked::containsKey).forEach(around.watch()::due);
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
    FairShares.Round round =
        shares(senderId)
            .round(
                room,
                campaigns.keySet().stream()
                    .collect(Collectors.toMap(Function.identity(), this::priority)));
    boolean anySound = campaigns.keySet().stream().anyMatch(id -> !around.faults().suspect(id));
    for (Map.Entry<UUID, Feedable> entry : campaigns.entrySet()) {
      UUID id = entry.getKey();
      around.watch().due(id);
      // The room of slow pages is given to others; when they come, they are queued beyond it.
      boolean suspect = around.faults().suspect(id);
      long most = suspect ? around.pageSize() : largestPage(id, sender, rooms.perSecond(sender));
      if (suspect && anySound) {
        most = Math.min(most, worthAPage);
      }
      int limit = (int) Math.min(round.share(id), most);
      if (limit > 0
          && !rests(id, sender, campaigns.keySet())
          && ask(id, entry.getValue(), sender, limit, free)) {
        round.give(id, limit);
      }
    }
  }

  private long largestPage(UUID id, CampaignRepository.Sender sender, long perSecond) {
    long usual = around.pageSize();
    // Pages of a sender with a daily limit hold a lock that others wait for.
    if (sender.dailyLimit() != null || bulky.contains(id)) {
      return usual;
    }
    long beyond = asked.values().stream().mapToLong(one -> Math.max(0, one.limit() - usual)).sum();
    long spare = Math.clamp(SPARE * usual - beyond, 0, (LARGEST - 1) * usual);
    return Math.clamp(perSecond, usual, usual + spare);
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

  /**
   * Returns the places of the pages that should come soon, by lane. The room of slow pages is given
   * to the sender's other campaigns; when the slow ones come, up to one page per slow campaign is
   * queued beyond the room.
   */
  private Map<LaneKey, Long> underWay() {
    Map<LaneKey, Long> places = new HashMap<>();
    asked.forEach((id, page) -> {
      if (!isSlow(id, page.at())) {
        page.places().forEach((lane, count) -> places.merge(lane, count, Long::sum));
      }
    });
    return places;
  }

  private long pagesUnderWay(String senderId) {
    return asked.entrySet().stream()
        .filter(one -> one.getValue().senderId().equals(senderId))
        .filter(one -> !isSlow(one.getKey(), one.getValue().at()))
        .count();
  }

  private boolean isSlow(UUID id, Instant askedAt) {
    return around.faults().suspect(id)
        || askedAt.plus(CampaignFaults.SLOW).isBefore(around.steady().instant());
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
    if (sender.dailyLimit() != null && pagesUnderWay(sender.identity().id()) >= PAGES_AT_A_LIMIT) {
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
      asked.put(id, Asked.of(sender.identity().id(), lanes, around.steady().instant()));
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
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading);
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
