package dev.sluice.producer;

import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves campaigns through their lives: starts those that were told to or whose time has come, keeps
 * their sending windows, carries out resends, and writes what people asked for into their rows.
 */
final class Lives {
  private static final Logger log = LoggerFactory.getLogger(Lives.class);

  /** Scheduled campaigns are looked for so often, so far ahead. */
  private static final Duration SCHEDULE = Duration.ofSeconds(5);

  private final FanOutSql sql;
  private final InstantSource clock;
  private final Passes passes;
  private final Output output;
  private final Map<UUID, Instant> scheduled = new HashMap<>();
  private Instant scheduleReadAt = Instant.MIN;

  Lives(FanOutSql sql, InstantSource clock, Passes passes, Output output) {
    this.sql = sql;
    this.clock = clock;
    this.passes = passes;
    this.output = output;
  }

  void turn() {
    startWhatIsDue();
    passes.forEachOpen(this::carryOut);
  }

  private void startWhatIsDue() {
    Instant now = clock.instant();
    if (!now.isBefore(scheduleReadAt.plus(SCHEDULE))) {
      scheduled.clear();
      scheduled.putAll(sql.rows().scheduledUntil(now.plus(SCHEDULE)));
      scheduleReadAt = now;
    }
    scheduled.forEach((id, at) -> {
      if (!at.isAfter(now) && passes.find(id) == null) {
        log.info("[campaign {}] its time has come", Passes.brief(id));
        passes.put(id, Pass.requested(null));
      }
    });
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
      if (sql.rows().record(id, pass.effective())) {
        passes.put(id, pass.recorded());
      } else {
        refuse(id, pass);
      }
    } else if (pass.active() && pass.windowed()) {
      keepWindow(id, pass);
    }
  }

  /** Pauses a campaign when its hours are over, and lets it go on when they begin. */
  private void keepWindow(UUID id, Pass pass) {
    SendingWindow window = sql.campaign(id).window();
    boolean open = window == null || window.isOpen(clock.instant());
    if (open != pass.quiet()) {
      return;
    }
    if (pass.phase() == Pass.Phase.FED && sql.rows().hasEnded(id)) {
      passes.put(id, pass.ended());
      sql.forget(id);
      return;
    }
    log.info("[campaign {}] its sending window {} {}", Passes.brief(id), window, opens(open));
    Pass changed = pass.inWindow(open);
    passes.put(id, changed);
    if (pass.state() == Control.State.RUNNING) {
      String reason = "its sending window " + window + " " + opens(open);
      output.control(id, new Control(changed.effective(), reason));
      output.commitSoon();
    }
  }

  private static String opens(boolean open) {
    return open ? "has opened" : "is closed";
  }

  /** A batch a turn, so that nobody else waits for a large one. */
  private void resend(UUID id, Pass pass, Pass.Resend resend) {
    switch (sql.resends().step(id, resend)) {
      case MORE -> {}
      case READY -> {
        log.info("[campaign {}] sending once more to {}", Passes.brief(id), resend.statuses());
        passes.put(id, pass.resent(sql.campaign(id).window() != null));
      }
      case NOTHING_TO_DO -> {
        log.info("[campaign {}] nobody to send to once more", Passes.brief(id));
        passes.put(id, pass.resentToNobody());
      }
    }
  }

  private void start(UUID id, Pass pass) {
    switch (sql.rows().start(id, clock.instant())) {
      case CampaignRows.Started(CampaignRows.Campaign campaign, long total) -> {
        log.info("[campaign {}] started, {} recipients", Passes.brief(id), total);
        Pass started = pass.started(campaign.senderId(), campaign.window() != null);
        passes.put(id, started);
        if (started.windowed()) {
          keepWindow(id, started);
        }
      }
      case CampaignRows.Waiting(Instant until) -> {
        log.info("[campaign {}] waits for {}", Passes.brief(id), until);
        passes.remove(id);
      }
      case CampaignRows.Over(var status) -> {
        log.info("[campaign {}] nothing to send, it is {}", Passes.brief(id), status);
        passes.remove(id);
      }
      case CampaignRows.Unknown() -> refuse(id, pass);
    }
  }

  /** Nobody knows this campaign. */
  private void refuse(UUID id, Pass pass) {
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
