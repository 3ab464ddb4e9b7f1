package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.SendingHours;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.Control;
import dev.sluice.schema.StatusReasons;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pauses campaigns when their sending hours end, and resumes them when these begin. */
final class CampaignHours {
  private static final Logger log = LoggerFactory.getLogger(CampaignHours.class);

  private final CampaignRepository rows;
  private final DatabaseTasks tasks;
  private final CampaignFacts facts;
  private final InstantSource clock;
  private final FanOutStore fanOuts;
  private final CampaignEvents events;

  CampaignHours(
      CampaignRepository rows,
      DatabaseTasks tasks,
      CampaignFacts facts,
      InstantSource clock,
      FanOutStore fanOuts,
      CampaignEvents events) {
    this.rows = rows;
    this.tasks = tasks;
    this.facts = facts;
    this.clock = clock;
    this.fanOuts = fanOuts;
    this.events = events;
  }

  /** Pauses or resumes the campaign if its hours have ended or begun since the last call. */
  void keep(UUID id, FanOutState fanOut) {
    CampaignRepository.Campaign campaign = facts.campaign(id);
    if (campaign == null) {
      facts.lookUp(id, fanOut);
    } else if (isOpen(campaign.sendingHours()) == fanOut.steering().quiet()) {
      apply(id, fanOut, campaign.sendingHours());
    }
  }

  private void apply(UUID id, FanOutState fanOut, @Nullable SendingHours hours) {
    tasks.start(
        id,
        () -> fanOuts.unchanged(id, fanOut),
        () -> {
          boolean over = fanOut.phase() instanceof FanOutState.Fed && rows.hasEnded(id);
          return () -> {
            if (over) {
              fanOuts.put(id, fanOut.ended());
            } else {
              tell(id, fanOut, hours);
            }
          };
        });
  }

  /** Announces that the campaign's hours have begun or are over. */
  void tell(UUID id, FanOutState fanOut, @Nullable SendingHours hours) {
    boolean open = isOpen(hours);
    String reason =
        open
            ? StatusReasons.hoursBegun(String.valueOf(hours))
            : StatusReasons.hoursOver(String.valueOf(hours));
    log.info("[campaign {}] {}", FanOutStore.brief(id), reason);
    FanOutState changed = fanOut.inSendingHours(open);
    fanOuts.put(id, changed);
    if (fanOut.state() == Control.State.RUNNING) {
      events.control(id, new Control(changed.effective(), reason));
    } else {
      events.applies(id, new Control(changed.effective(), changed.reason()));
    }
  }

  boolean isOpen(@Nullable SendingHours hours) {
    return hours == null || hours.isOpen(clock.instant());
  }
}
