package dev.sluice.producer;

import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves campaigns through their lives, each by errands of its own: starts those that were told to,
 * keeps their sending windows, carries out resends, writes what people asked for into their rows,
 * and pauses those that something is wrong with.
 */
final class Lives {
  private static final Logger log = LoggerFactory.getLogger(Lives.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  private final FanOutSql sql;
  private final Errands errands;
  private final Faults faults;
  private final Facts facts;
  private final Watch watch;
  private final InstantSource clock;
  private final Passes passes;
  private final Output output;

  Lives(
      FanOutSql sql,
      Errands errands,
      Faults faults,
      Facts facts,
      Watch watch,
      InstantSource clock,
      Passes passes,
      Output output) {
    this.sql = sql;
    this.errands = errands;
    this.faults = faults;
    this.facts = facts;
    this.watch = watch;
    this.clock = clock;
    this.passes = passes;
    this.output = output;
  }

  void turn() {
    passes
        .open()
        .forEach((id, pass) -> {
          boolean begins = pass.phase() == Pass.Phase.REQUESTED || pass.resend() != null;
          if (begins && pass.active() && pass.fault() == null) {
            watch.due(id);
          }
          String fault = faults.givenUp(id);
          if (fault != null && pass.active() && pass.fault() == null) {
            giveUp(id, pass, fault);
          } else if (!errands.busy(id)) {
            carryOut(id, pass);
          }
        });
  }

  private void giveUp(UUID id, Pass pass, String fault) {
    log.error("[campaign {}] paused, it cannot go on: {}", Passes.brief(id), fault);
    passes.put(id, pass.faulty(fault));
    output.control(id, new Control(Control.State.PAUSED, "it cannot go on: " + fault));
    output.commitSoon();
  }

  private void carryOut(UUID id, Pass pass) {
    boolean sound = pass.active() && pass.fault() == null;
    if (sound && pass.phase() == Pass.Phase.REQUESTED) {
      if (pass.origin() == null) {
        // Scheduled by an older version; it is told again, by a command.
        passes.remove(id);
      } else {
        start(id, pass, pass.origin());
      }
    } else if (sound && pass.resend() != null) {
      resend(id, pass, pass.resend());
    } else if (pass.rowDue()) {
      record(id, pass);
    } else if (sound && pass.windowed()) {
      keepWindow(id, pass);
    }
  }

  private void record(UUID id, Pass pass) {
    errands.start(
        id,
        () -> passes.unchanged(id, pass),
        () -> {
          boolean known = sql.rows().record(id, pass.effective());
          return () -> {
            if (known) {
              passes.put(id, pass.recorded());
            } else {
              refuse(id, pass, "unknown campaign " + id);
            }
          };
        });
  }

  /** Pauses a campaign when its hours are over, and lets it go on when they begin. */
  private void keepWindow(UUID id, Pass pass) {
    CampaignRows.Campaign campaign = facts.campaign(id);
    if (campaign == null) {
      facts.lookUp(id, pass);
    } else if (isOpen(campaign.window()) == pass.quiet()) {
      turnWindow(id, pass, campaign.window());
    }
  }

  private void turnWindow(UUID id, Pass pass, @Nullable SendingWindow window) {
    errands.start(
        id,
        () -> passes.unchanged(id, pass),
        () -> {
          boolean over = pass.phase() == Pass.Phase.FED && sql.rows().hasEnded(id);
          return () -> {
            if (over) {
              passes.put(id, pass.ended());
            } else {
              tellWindow(id, pass, window);
            }
          };
        });
  }

  private void tellWindow(UUID id, Pass pass, @Nullable SendingWindow window) {
    boolean open = isOpen(window);
    String reason = "its sending window " + window + (open ? " has opened" : " is closed");
    log.info("[campaign {}] {}", Passes.brief(id), reason);
    Pass changed = pass.inWindow(open);
    passes.put(id, changed);
    if (pass.state() == Control.State.RUNNING) {
      output.control(id, new Control(changed.effective(), reason));
      output.commitSoon();
    }
  }

  private boolean isOpen(@Nullable SendingWindow window) {
    return window == null || window.isOpen(clock.instant());
  }

  /** A batch at a time, so that nobody else waits for a large one. */
  private void resend(UUID id, Pass pass, Pass.Resend resend) {
    errands.start(
        id,
        () -> passes.unchanged(id, pass),
        () -> {
          Resends.Progress progress = sql.resends().step(id, resend);
          CampaignRows.Campaign campaign =
              progress == Resends.Progress.READY
                  ? sql.rows().find(id).orElseThrow(() -> Trouble.missing("its row"))
                  : null;
          return () -> {
            watch.moved(id);
            switch (progress) {
              case MORE -> {}
              case READY -> resent(id, pass, resend, campaign);
              case NOTHING_TO_DO -> {
                log.info("[campaign {}] nobody to send to once more", Passes.brief(id));
                passes.put(id, pass.resentToNobody());
              }
            }
          };
        });
  }

  private void resent(
      UUID id, Pass pass, Pass.Resend resend, CampaignRows.@Nullable Campaign campaign) {
    log.info("[campaign {}] sending once more to {}", Passes.brief(id), resend.statuses());
    SendingWindow window = campaign == null ? null : campaign.window();
    Pass resent = pass.resent(window != null);
    passes.put(id, resent);
    if (!isOpen(window)) {
      tellWindow(id, resent, window);
    } else if (resent.state() == Control.State.RUNNING) {
      // Workers may know it as paused from when it completed.
      output.control(id, new Control(Control.State.RUNNING, "sent once more"));
      output.commitSoon();
    }
  }

  private void start(UUID id, Pass pass, Pass.Origin origin) {
    errands.start(
        id,
        () -> passes.unchanged(id, pass),
        () -> {
          Starts.Start start = sql.starts().start(id, origin, clock.instant());
          return () -> started(id, pass, start);
        });
  }

  private void started(UUID id, Pass pass, Starts.Start start) {
    switch (start) {
      case Starts.Started(CampaignRows.Campaign campaign, long total) -> {
        log.info("[campaign {}] started, {} recipients", Passes.brief(id), total);
        watch.moved(id);
        faults.forgive(id);
        facts.learn(campaign);
        Pass started = pass.started(campaign.senderId(), campaign.window() != null);
        passes.put(id, started);
        if (isOpen(campaign.window())) {
          // An older one may be left on the topic, of a life that nobody remembers.
          output.control(id, new Control(started.effective(), "started"));
          output.commitSoon();
        } else {
          tellWindow(id, started, campaign.window());
        }
      }
      case Starts.Waiting(var until) -> {
        log.info("[campaign {}] waits for {}", Passes.brief(id), until);
        passes.remove(id);
      }
      case Starts.Over(var status) -> {
        log.info("[campaign {}] nothing to send, it is {}", Passes.brief(id), status);
        passes.remove(id);
      }
      case Starts.Held() ->
          faults.wait(id, LOOK_AGAIN, "somebody holds its row, an import for example");
      case Starts.StartedBefore() ->
          refuse(
              id,
              pass,
              "it was started before and this producer has no record of how far it came; see sluice"
                  + " campaign repair");
      case Starts.Unknown() -> refuse(id, pass, "unknown campaign " + id);
    }
  }

  private void refuse(UUID id, Pass pass, String reason) {
    log.warn("[campaign {}] refused: {}", Passes.brief(id), reason);
    Pass.Origin origin = pass.origin();
    if (origin != null) {
      output.deadLetter(
          origin.key(),
          origin.value(),
          new DeadLetter(origin.topic(), origin.partition(), origin.offset(), reason));
    }
    passes.remove(id);
  }
}
