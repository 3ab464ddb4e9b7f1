package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.CampaignStanding;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.Control;
import dev.sluice.schema.StatusReasons;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes campaigns through their lifecycle, one step of each at a time: has its round begun, its
 * requested state written into its row, its sending hours kept, or pauses it for a fault.
 */
final class CampaignLifecycle {
  private static final Logger log = LoggerFactory.getLogger(CampaignLifecycle.class);

  private final CampaignRepository rows;
  private final DatabaseTasks tasks;
  private final CampaignFaults faults;
  private final FanOutHealth watch;
  private final FanOutStore fanOuts;
  private final CampaignEvents events;
  private final CampaignRounds rounds;
  private final CampaignHours hours;
  private int iterations;

  CampaignLifecycle(
      CampaignRepository rows,
      DatabaseTasks tasks,
      CampaignFaults faults,
      FanOutHealth watch,
      FanOutStore fanOuts,
      CampaignEvents events,
      CampaignRounds rounds,
      CampaignHours hours) {
    this.rows = rows;
    this.tasks = tasks;
    this.faults = faults;
    this.watch = watch;
    this.fanOuts = fanOuts;
    this.events = events;
    this.rounds = rounds;
    this.hours = hours;
  }

  void iterate() {
    List<Map.Entry<UUID, FanOutState>> campaigns = new ArrayList<>(fanOuts.open().entrySet());
    // Rotated, so that no previously failed campaign is always too late for a place.
    Collections.rotate(campaigns, iterations++);
    campaigns.forEach(campaign -> advance(campaign.getKey(), campaign.getValue()));
  }

  private void advance(UUID id, FanOutState fanOut) {
    if (fanOut.sound() && begins(fanOut.phase())) {
      watch.due(id);
    }
    String fault = faults.givenUp(id);
    if (fault != null && fanOut.sound()) {
      giveUp(id, fanOut, fault);
    } else if (!tasks.busy(id)) {
      carryOut(id, fanOut);
    }
  }

  private static boolean begins(FanOutState.Phase phase) {
    return switch (phase) {
      case FanOutState.Requested _, FanOutState.Resending _ -> true;
      case FanOutState.Feeding _, FanOutState.Fed _, FanOutState.Unreadable _ -> false;
    };
  }

  private void giveUp(UUID id, FanOutState fanOut, String fault) {
    log.error("[campaign {}] paused, it cannot go on: {}", FanOutStore.brief(id), fault);
    String why = StatusReasons.fault(fault);
    fanOuts.put(id, fanOut.faulty(fault, why));
    events.control(id, new Control(Control.State.PAUSED, why));
  }

  private void carryOut(UUID id, FanOutState fanOut) {
    if (fanOut.sound() && fanOut.phase() instanceof FanOutState.Requested(var origin)) {
      rounds.start(id, fanOut, origin);
    } else if (fanOut.sound() && fanOut.phase() instanceof FanOutState.Resending(_, var resend)) {
      rounds.resend(id, fanOut, resend);
    } else if (fanOut.sound() && fanOut.phase() instanceof FanOutState.Unreadable(var why)) {
      giveUpUnlessOver(id, fanOut, why);
    } else if (fanOut.steering().rowDue()) {
      record(id, fanOut);
    } else if (fanOut.sound() && fanOut.steering().hasSendingHours()) {
      hours.keep(id, fanOut);
    }
  }

  /** Gives an unreadable campaign up, unless it has ended, possibly long ago. */
  private void giveUpUnlessOver(UUID id, FanOutState fanOut, String fault) {
    tasks.start(
        id,
        () -> fanOuts.unchanged(id, fanOut),
        () -> {
          boolean over = rows.hasEnded(id);
          return () -> {
            if (over) {
              fanOuts.close(id);
            } else {
              giveUp(id, fanOut, fault);
            }
          };
        });
  }

  private void record(UUID id, FanOutState fanOut) {
    tasks.start(
        DatabaseTasks.Kind.WRITE,
        id,
        () -> fanOuts.unchanged(id, fanOut),
        () -> {
          Optional<String> stopped =
              fanOut.effective() == Control.State.RUNNING ? rows.stopped(id) : Optional.empty();
          if (stopped.isPresent()) {
            return () -> rounds.hold(id, fanOut, stopped.get());
          }
          Optional<CampaignStanding> standing = rows.record(id, fanOut.effective());
          return () ->
              standing.ifPresentOrElse(
                  now -> recorded(id, fanOut, now),
                  () -> rounds.refuse(id, fanOut, Refusal.UNKNOWN, "unknown campaign " + id));
        });
  }

  private void recorded(UUID id, FanOutState fanOut, CampaignStanding standing) {
    fanOuts.put(id, fanOut.recorded());
    switch (standing.status()) {
      case COMPLETED -> events.completed(id, standing);
      case CANCELLED -> events.cancelled(id, standing, fanOut.reason());
      case SENDING, PAUSED -> {
        if (fanOut.phase() instanceof FanOutState.Requested(var origin)) {
          // The campaign has started in its row, but reading it fails.
          events.started(id, standing, origin.traceparent());
          events.applies(id, new Control(fanOut.effective(), fanOut.reason()));
        }
      }
      case DRAFT, SCHEDULED -> {}
    }
  }
}
