package dev.sluice.producer;

import dev.sluice.schema.Control;
import dev.sluice.schema.MessageRules;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each sender's running campaigns, by turns and by priority, as much as its lanes have room
 * for, and as many different people as its daily limit allows.
 */
final class Feeding {
  private static final Logger log = LoggerFactory.getLogger(Feeding.class);
  private static final Duration SENDER_KNOWN_FOR = Duration.ofSeconds(2);

  private final FanOutSql sql;
  private final Backlog backlog;
  private final WorkAhead workAhead;
  private final Function<String, Control> controls;
  private final int pageSize;
  private final InstantSource clock;
  private final Passes passes;
  private final Output output;
  private final Map<String, KnownSender> senders = new HashMap<>();

  private record KnownSender(CampaignRows.Sender sender, Instant readAt) {}

  Feeding(
      FanOutSql sql,
      Backlog backlog,
      WorkAhead workAhead,
      Function<String, Control> controls,
      int pageSize,
      InstantSource clock,
      Passes passes,
      Output output) {
    this.sql = sql;
    this.backlog = backlog;
    this.workAhead = workAhead;
    this.controls = controls;
    this.pageSize = pageSize;
    this.clock = clock;
    this.passes = passes;
    this.output = output;
  }

  void turn() {
    Backlog.Reading reading = backlog.newest();
    if (reading == null) {
      return;
    }
    Map<String, List<UUID>> feeding = new LinkedHashMap<>();
    passes
        .open()
        .forEach((id, pass) -> {
          if (pass.sending() && mayBeSent(id, pass.senderId())) {
            feeding.computeIfAbsent(pass.senderId(), sender -> new ArrayList<>()).add(id);
          }
        });
    if (feeding.isEmpty()) {
      return;
    }
    Map<String, CampaignRows.Sender> active = new HashMap<>();
    feeding.keySet().forEach(id -> active.put(id, sender(id)));
    WorkAhead.Rooms rooms = workAhead.rooms(reading, active.values());
    feeding.forEach((sender, ids) -> feedSender(active.get(sender), ids, rooms));
    workAhead.remember(rooms, System.nanoTime());
    output.commitSoon();
  }

  /** Whether workers send what they get, as far as is known; else they would give it back. */
  private boolean mayBeSent(UUID campaignId, String senderId) {
    return controls.apply(Control.campaignKey(campaignId)).state() == Control.State.RUNNING
        && controls.apply(Control.senderKey(senderId)).state() == Control.State.RUNNING;
  }

  private CampaignRows.Sender sender(String id) {
    KnownSender known = senders.get(id);
    if (known == null || known.readAt().plus(SENDER_KNOWN_FOR).isBefore(clock.instant())) {
      known = new KnownSender(sql.rows().sender(id), clock.instant());
      senders.put(id, known);
    }
    return known.sender();
  }

  /** Shares the sender's room among its campaigns by their priorities. */
  private void feedSender(CampaignRows.Sender sender, List<UUID> ids, WorkAhead.Rooms rooms) {
    long room = rooms.of(sender);
    boolean fresh =
        ids.stream().map(passes::find).anyMatch(pass -> pass != null && pass.fed() == 0);
    // Small pages are dear: wait for room for a whole one, unless somebody waits to begin.
    if (room == 0 || !(fresh || room >= Math.min(pageSize, rooms.capacity(sender) / 2))) {
      return;
    }
    if (fresh) {
      // The first page is what is sent in a second, so that sending begins soon.
      room = Math.min(room, rooms.perSecond(sender));
    }
    long weights = ids.stream().mapToLong(id -> sql.campaign(id).priority()).sum();
    for (UUID id : ids) {
      long share = Math.max(1, room * sql.campaign(id).priority() / weights);
      feedCampaign(sender, id, (int) Math.min(share, pageSize), rooms);
    }
  }

  private void feedCampaign(CampaignRows.Sender sender, UUID id, int limit, WorkAhead.Rooms rooms) {
    Pass pass = passes.find(id);
    if (pass == null || sql.budget().recentlyUsedUp(sender.identity().id())) {
      return;
    }
    CampaignRows.Campaign campaign = sql.campaign(id);
    String countedFor = sender.dailyLimit() == null ? null : sender.identity().id();
    if (passes.returns().any(id)) {
      feedAgain(sender, campaign, pass, limit, countedFor, rooms);
      return;
    }
    if (pass.phase() == Pass.Phase.FED) {
      return;
    }
    List<RecipientPages.Recipient> page = sql.pages().after(id, pass.cursor(), limit, countedFor);
    boolean last = page.size() < limit;
    if (sender.dailyLimit() != null) {
      List<RecipientPages.Recipient> affordable = affordable(page, sender, sender.dailyLimit());
      last = last && affordable.size() == page.size();
      page = affordable;
    }
    long requests = 0;
    for (RecipientPages.Recipient recipient : page) {
      if (feedRecipient(sender, campaign, recipient, null, pass.fed() + requests, rooms)) {
        requests++;
      }
    }
    Cursor cursor = page.isEmpty() ? pass.cursor() : page.getLast().cursor();
    passes.put(id, pass.advanced(cursor, requests, last));
    if (last) {
      sql.forget(id);
      log.info("[campaign {}] every request is queued", Passes.brief(id));
    }
  }

  /**
   * Writes requests anew that workers gave back, for recipients who still wait in the same round.
   * Others were settled or sent to once more in the meantime.
   */
  private void feedAgain(
      CampaignRows.Sender sender,
      CampaignRows.Campaign campaign,
      Pass pass,
      int limit,
      @Nullable String countedFor,
      WorkAhead.Rooms rooms) {
    Map<Long, ReturnedRequest> returned = new LinkedHashMap<>();
    passes
        .returns()
        .some(campaign.id(), limit)
        .forEach(request -> returned.put(request.recipientId(), request));
    List<RecipientPages.Recipient> waiting =
        sql.pages().pending(campaign.id(), returned.keySet(), countedFor).stream()
            .filter(recipient -> returned.get(recipient.id()).round() == recipient.round())
            .toList();
    Set<Long> later =
        waiting.stream().map(RecipientPages.Recipient::id).collect(Collectors.toSet());
    long requests = 0;
    List<RecipientPages.Recipient> page =
        sender.dailyLimit() == null ? waiting : affordable(waiting, sender, sender.dailyLimit());
    for (RecipientPages.Recipient recipient : page) {
      ReturnedRequest before = returned.get(recipient.id());
      if (feedRecipient(sender, campaign, recipient, before, pass.fed() + requests, rooms)) {
        requests++;
      }
      later.remove(recipient.id());
    }
    returned.values().stream()
        .filter(request -> !later.contains(request.recipientId()))
        .forEach(passes.returns()::remove);
    passes.put(campaign.id(), pass.wroteAgain(requests));
  }

  /** The page's beginning, up to the first recipient for whom the daily limit has no place left. */
  private List<RecipientPages.Recipient> affordable(
      List<RecipientPages.Recipient> page, CampaignRows.Sender sender, int dailyLimit) {
    List<RecipientPages.Recipient> sendable =
        page.stream().filter(recipient -> !recipient.suppressed()).toList();
    // Before the requests are written: counted and not sent is safe, sent and not counted is not.
    int admitted =
        sql.budget()
            .admit(
                sender.identity().id(),
                dailyLimit,
                sendable.stream().map(RecipientPages.Recipient::phone).toList());
    return admitted == sendable.size()
        ? page
        : page.subList(0, page.indexOf(sendable.get(admitted)));
  }

  /**
   * Writes one recipient's request, or its result if there is nothing to send.
   *
   * @param before the request that was given back, or null if this is the first
   * @param turn how many requests were dealt before
   * @return whether there is a request
   */
  private boolean feedRecipient(
      CampaignRows.Sender sender,
      CampaignRows.Campaign campaign,
      RecipientPages.Recipient recipient,
      @Nullable ReturnedRequest before,
      long turn,
      WorkAhead.Rooms rooms) {
    if (recipient.suppressed()) {
      output.result(settled(campaign, recipient, RecipientStatus.SUPPRESSED, null, null));
      return false;
    }
    return switch (campaign.template().render(recipient.variables())) {
      case MessageTemplate.Complete(var message) -> {
        Optional<String> problem = MessageRules.of(sender.identity().provider()).problem(message);
        if (problem.isPresent()) {
          output.result(
              settled(
                  campaign, recipient, RecipientStatus.FAILED, "invalid_message", problem.get()));
          yield false;
        }
        output.request(
            new SendRequest(
                recipient.id(),
                campaign.id(),
                recipient.round(),
                sender.identity(),
                rooms.deal(sender, turn),
                sender.permitsPerSecond(),
                recipient.phone(),
                message,
                campaign.onDoubt(),
                before == null ? 0 : before.attempts(),
                null,
                before == null ? null : before.firstTriedAt()));
        yield true;
      }
      case MessageTemplate.MissingVariable(String name) -> {
        output.result(
            settled(
                campaign,
                recipient,
                RecipientStatus.FAILED,
                "missing_variable",
                "the recipient has no variable \"" + name + "\""));
        yield false;
      }
    };
  }

  private SendResult settled(
      CampaignRows.Campaign campaign,
      RecipientPages.Recipient recipient,
      RecipientStatus status,
      String errorCode,
      String errorDetail) {
    return new SendResult(
        recipient.id(),
        campaign.id(),
        recipient.round(),
        status,
        null,
        errorCode,
        errorDetail,
        0,
        clock.instant());
  }
}
