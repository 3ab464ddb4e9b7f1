package dev.sluice.producer;

import dev.sluice.schema.Backoff;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Health;
import dev.sluice.schema.RecipientStatus;
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
import java.util.UUID;
import java.util.function.Function;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One turn of the fan-out: carries out the commands taken in, then gives each sender's running
 * campaigns, by turns and by priority, as much as its lanes have room for.
 */
final class Feeder {
  private static final Logger log = LoggerFactory.getLogger(Feeder.class);
  private static final Duration SENDER_KNOWN_FOR = Duration.ofSeconds(5);
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  private final CampaignRows rows;
  private final RecipientPages pages;
  private final Resends resends;
  private final Backlog backlog;
  private final WorkAhead workAhead;
  private final Function<String, Control> senderControls;
  private final int pageSize;
  private final Health health;
  private final InstantSource clock;
  private final Passes passes;
  private final Output output;

  private final Map<UUID, CampaignRows.Campaign> campaigns = new HashMap<>();
  private final Map<String, KnownSender> senders = new HashMap<>();
  private int failures;
  private Instant pausedUntil = Instant.MIN;

  private record KnownSender(CampaignRows.Sender sender, Instant readAt) {}

  Feeder(
      CampaignRows rows,
      RecipientPages pages,
      Resends resends,
      Backlog backlog,
      WorkAhead workAhead,
      Function<String, Control> senderControls,
      int pageSize,
      Health health,
      InstantSource clock,
      Passes passes,
      Output output) {
    this.rows = rows;
    this.pages = pages;
    this.resends = resends;
    this.backlog = backlog;
    this.workAhead = workAhead;
    this.senderControls = senderControls;
    this.pageSize = pageSize;
    this.health = health;
    this.clock = clock;
    this.passes = passes;
    this.output = output;
  }

  /** Does what can be done now; a database that fails is tried again after a while. */
  void turn() {
    if (clock.instant().isBefore(pausedUntil)) {
      return;
    }
    try {
      passes.forEachOpen(this::carryOut);
      feed();
      failures = 0;
    } catch (DataAccessException e) {
      failures++;
      pausedUntil = clock.instant().plus(AFTER_FAILURE.after(failures));
      health.failing("postgresql", "reading campaigns failed: " + e.getMessage());
    }
  }

  private void carryOut(UUID id) {
    Pass pass = passes.find(id);
    if (pass == null) {
      return;
    }
    if (pass.active() && pass.phase() == Pass.Phase.REQUESTED) {
      start(id, pass);
    } else if (pass.active() && pass.resend() != null) {
      resend(id, pass, pass.resend());
    } else if (pass.rowDue()) {
      rows.record(id, pass.state());
      passes.put(id, pass.recorded());
    }
  }

  /** A batch a turn, so that nobody else waits for a large one. */
  private void resend(UUID id, Pass pass, Pass.Resend resend) {
    switch (resends.step(id, resend)) {
      case MORE -> {}
      case READY -> {
        log.info("[campaign {}] sending once more to {}", Passes.brief(id), resend.statuses());
        passes.put(id, pass.resent());
      }
      case NOTHING_TO_DO -> {
        log.info("[campaign {}] nobody to send to once more", Passes.brief(id));
        passes.put(id, pass.resentToNobody());
      }
    }
  }

  private void start(UUID id, Pass pass) {
    switch (rows.start(id)) {
      case CampaignRows.Started(CampaignRows.Campaign campaign, long total) -> {
        log.info("[campaign {}] started, {} recipients", Passes.brief(id), total);
        campaigns.put(id, campaign);
        passes.put(id, pass.started(campaign.senderId()));
      }
      case CampaignRows.Over(var status) -> {
        log.info("[campaign {}] nothing to send, it is {}", Passes.brief(id), status);
        passes.remove(id);
      }
      case CampaignRows.Unknown() -> {
        log.warn("[campaign {}] unknown", Passes.brief(id));
        Pass.Origin origin = pass.origin();
        if (origin != null) {
          output.deadLetter(
              origin.key(),
              origin.value(),
              new DeadLetter(
                  origin.topic(), origin.partition(), origin.offset(), "unknown campaign " + id));
        }
        passes.remove(id);
      }
    }
  }

  private void feed() {
    Backlog.Reading reading = backlog.newest();
    if (reading == null) {
      return;
    }
    Map<String, List<UUID>> feeding = new LinkedHashMap<>();
    passes
        .open()
        .forEach((id, pass) -> {
          if (pass.feeding() && !blockedByPeople(pass.senderId())) {
            feeding.computeIfAbsent(pass.senderId(), sender -> new ArrayList<>()).add(id);
          }
        });
    if (feeding.isEmpty()) {
      return;
    }
    Map<String, CampaignRows.Sender> active = new HashMap<>();
    feeding.keySet().forEach(id -> active.put(id, sender(id)));
    WorkAhead.Rooms rooms = workAhead.rooms(reading, active.values(), held());
    feeding.forEach((sender, ids) -> feedSender(active.get(sender), ids, rooms));
    workAhead.remember(rooms, System.nanoTime());
    output.commitSoon();
  }

  private List<CampaignRows.Sender> held() {
    return passes.open().values().stream()
        .filter(pass -> pass.senderId() != null)
        .filter(pass -> pass.held() || blocked(pass.senderId()))
        .map(pass -> sender(pass.senderId()))
        .toList();
  }

  private boolean blocked(String senderId) {
    return senderControls.apply(senderId).state() == Control.State.BLOCKED;
  }

  /** Blocked until people have done something; a provider's outage ends by itself, and soon. */
  private boolean blockedByPeople(String senderId) {
    return blocked(senderId) && !senderControls.apply(senderId).endsByItself();
  }

  private CampaignRows.Sender sender(String id) {
    KnownSender known = senders.get(id);
    if (known == null || known.readAt().plus(SENDER_KNOWN_FOR).isBefore(clock.instant())) {
      known = new KnownSender(rows.sender(id), clock.instant());
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
    long weights = ids.stream().mapToLong(id -> campaign(id).priority()).sum();
    for (UUID id : ids) {
      long share = Math.max(1, room * campaign(id).priority() / weights);
      feedCampaign(sender, id, (int) Math.min(share, pageSize), rooms);
    }
  }

  private CampaignRows.Campaign campaign(UUID id) {
    return campaigns.computeIfAbsent(id, missing -> rows.find(missing).orElseThrow());
  }

  private void feedCampaign(CampaignRows.Sender sender, UUID id, int limit, WorkAhead.Rooms rooms) {
    Pass pass = passes.find(id);
    if (pass == null) {
      return;
    }
    CampaignRows.Campaign campaign = campaign(id);
    List<RecipientPages.Recipient> page = pages.after(id, pass.cursor(), limit);
    long requests = 0;
    for (RecipientPages.Recipient recipient : page) {
      if (recipient.suppressed()) {
        output.result(settled(campaign, recipient, RecipientStatus.SUPPRESSED, null, null));
        continue;
      }
      switch (campaign.template().render(recipient.variables())) {
        case MessageTemplate.Complete(var message) -> {
          int lane = rooms.deal(sender, pass.fed() + requests);
          requests++;
          output.request(
              new SendRequest(
                  recipient.id(),
                  id,
                  recipient.round(),
                  sender.identity(),
                  lane,
                  sender.permitsPerSecond(),
                  recipient.phone(),
                  message,
                  campaign.onDoubt(),
                  0,
                  null));
        }
        case MessageTemplate.MissingVariable(String name) ->
            output.result(
                settled(
                    campaign,
                    recipient,
                    RecipientStatus.FAILED,
                    "missing_variable",
                    "the recipient has no variable \"" + name + "\""));
      }
    }
    boolean last = page.size() < limit;
    Cursor cursor = page.isEmpty() ? pass.cursor() : page.getLast().cursor();
    passes.put(id, pass.advanced(cursor, requests, last));
    if (last) {
      campaigns.remove(id);
      log.info("[campaign {}] every request is queued", Passes.brief(id));
    }
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
