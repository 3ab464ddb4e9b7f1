package dev.sluice.producer;

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
 * Gives each sender's running campaigns, by turns and by priority, as much as its lanes have room
 * for, and as many different people as its daily limit allows. Pages are read and made ready off
 * the stream's thread; here they are only asked for and written.
 */
final class Feeding {
  private static final Logger log = LoggerFactory.getLogger(Feeding.class);

  /** Two seconds' work of ten are fed at once. */
  private static final int PARTS = 5;

  private final Feeder.Surroundings around;
  private final FanOutSql sql;
  private final Pages pages;
  private final WorkAhead workAhead;
  private final Errands errands;
  private final Facts facts;
  private final Passes passes;
  private final Output output;

  /** Pages that are being read, by campaign. */
  private final Map<UUID, Asked> asked = new HashMap<>();

  /** When campaigns were asked for a page last, by a count of pages. */
  private final Map<UUID, Long> turns = new HashMap<>();

  private final long openedNanos = System.nanoTime();
  private long pagesAsked;

  private record Asked(String senderId, int limit) {}

  Feeding(
      Feeder.Surroundings around,
      FanOutSql sql,
      Errands errands,
      Facts facts,
      Passes passes,
      Output output) {
    this.around = around;
    this.sql = sql;
    this.errands = errands;
    this.facts = facts;
    this.passes = passes;
    this.output = output;
    pages = new Pages(sql.recipients(), sql.budget(), around.clock());
    workAhead = new WorkAhead(around.workAhead());
  }

  /** Looks for what has to be known before anything can be fed. */
  void lookUp() {
    bySender().values().forEach(passesOfSender -> passesOfSender.forEach(facts::lookUp));
  }

  void turn() {
    Backlog.Reading reading = reading();
    if (reading == null) {
      return;
    }
    asked.keySet().removeIf(id -> !errands.busy(id));
    Map<String, Map<UUID, Pass>> bySender = bySender();
    WorkAhead.Rooms rooms = workAhead.rooms(reading);
    bySender.forEach((senderId, its) -> {
      CampaignRows.Sender sender = facts.sender(senderId);
      if (sender == null) {
        its.keySet().forEach(around.watch()::due);
      } else {
        feedSender(sender, its, rooms);
      }
    });
    turns.keySet().retainAll(passes.open().keySet());
  }

  /**
   * The newest reading. What others fed before this task was opened may be missing in older ones.
   */
  private Backlog.@Nullable Reading reading() {
    Backlog.Reading newest = around.backlog().newest();
    return newest == null || newest.takenAtNanos() - openedNanos < 0 ? null : newest;
  }

  /** The campaigns to be fed, those first whose last page is longest ago. */
  private Map<String, Map<UUID, Pass>> bySender() {
    Map<String, Map<UUID, Pass>> bySender = new LinkedHashMap<>();
    passes.open().entrySet().stream()
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

  /** Workers would give back what they may not send, as far as is known here. */
  private boolean isToBeFed(UUID id, Pass pass) {
    return pass.sending()
        && pass.senderId() != null
        && (pass.phase() == Pass.Phase.FEEDING || passes.returns().any(id))
        && runs(Control.campaignKey(id))
        && runs(Control.senderKey(pass.senderId()));
  }

  private boolean runs(String key) {
    return around.controls().apply(key).state() == Control.State.RUNNING;
  }

  /** Shares the sender's room among its campaigns by their priorities. */
  private void feedSender(
      CampaignRows.Sender sender, Map<UUID, Pass> campaigns, WorkAhead.Rooms rooms) {
    String senderId = sender.identity().id();
    long room = rooms.of(sender) - underWay(senderId);
    boolean fresh =
        campaigns.entrySet().stream()
            .anyMatch(entry -> entry.getValue().fed() == 0 && isFree(entry.getKey()));
    campaigns.keySet().stream().filter(asked::containsKey).forEach(around.watch()::due);
    // Small pages are dear: wait for a part of the room, unless somebody waits to begin.
    if (room <= 0
        || !(fresh || room >= Math.max(1, rooms.capacity(sender) / PARTS))
        || sql.budget().recentlyUsedUp(senderId)) {
      return;
    }
    if (fresh) {
      // The first page is what is sent in a second, so that sending begins soon.
      room = Math.min(room, rooms.perSecond(sender));
    }
    long weights = campaigns.keySet().stream().mapToLong(this::priority).sum();
    for (Map.Entry<UUID, Pass> entry : campaigns.entrySet()) {
      UUID id = entry.getKey();
      around.watch().due(id);
      long share = Math.max(1, room * priority(id) / weights);
      ask(id, entry.getValue(), sender, (int) Math.min(share, around.pageSize()));
    }
  }

  private boolean isFree(UUID id) {
    return !errands.busy(id) && !around.faults().waiting(id);
  }

  private long underWay(String senderId) {
    return asked.values().stream()
        .filter(one -> one.senderId().equals(senderId))
        .mapToLong(Asked::limit)
        .sum();
  }

  private long priority(UUID id) {
    CampaignRows.Campaign campaign = facts.campaign(id);
    return campaign == null ? 1 : campaign.priority();
  }

  private void ask(UUID id, Pass pass, CampaignRows.Sender sender, int limit) {
    CampaignRows.Campaign campaign = facts.campaign(id);
    String senderId = sender.identity().id();
    // People are counted page by page, or two campaigns would use the same places of the day.
    if (campaign == null
        || !isFree(id)
        || (sender.dailyLimit() != null && underWay(senderId) > 0)) {
      return;
    }
    List<ReturnedRequest> returned = passes.returns().some(id, limit);
    boolean begun =
        errands.start(
            id,
            () -> passes.unchanged(id, pass),
            () -> {
              Page page =
                  returned.isEmpty()
                      ? pages.next(campaign, sender, pass.cursor(), limit)
                      : pages.again(campaign, sender, returned);
              return () -> write(id, pass, sender, page, returned.isEmpty());
            });
    if (begun) {
      asked.put(id, new Asked(senderId, limit));
      turns.put(id, ++pagesAsked);
    }
  }

  private void write(UUID id, Pass pass, CampaignRows.Sender sender, Page page, boolean fresh) {
    Backlog.Reading reading = reading();
    if (reading == null) {
      return;
    }
    WorkAhead.Rooms rooms = workAhead.rooms(reading);
    long requests = 0;
    for (Letter letter : page.letters()) {
      switch (letter) {
        case Letter.Message message -> {
          int lane = rooms.deal(sender, pass.fed() + requests);
          output.request(message.through(sender, lane));
          requests++;
        }
        case Letter.Settled(var result) -> output.result(result);
      }
    }
    page.answered().forEach(passes.returns()::remove);
    passes.put(
        id,
        fresh ? pass.advanced(page.cursor(), requests, page.last()) : pass.wroteAgain(requests));
    workAhead.remember(rooms, System.nanoTime());
    around.watch().moved(id);
    if (page.dayUsedUp()) {
      sql.budget().usedUp(sender.identity().id());
    }
    if (fresh && page.last()) {
      log.info("[campaign {}] every request is queued", Passes.brief(id));
    }
    output.commitSoon();
  }
}
