package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.CampaignStanding;
import dev.sluice.producer.sql.CampaignStarts;
import dev.sluice.producer.sql.DatabaseFault;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.sql.ResendRepository;
import dev.sluice.producer.sql.Texts;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.producer.state.ZonePasses;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins the rounds of campaigns: the first by a start, further ones by resends. */
final class CampaignRounds {
  private static final Logger log = LoggerFactory.getLogger(CampaignRounds.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  private final FanOutRepositories sql;
  private final DatabaseTasks tasks;
  private final CampaignFaults faults;
  private final CampaignFacts facts;
  private final FanOutHealth watch;
  private final InstantSource clock;
  private final FanOutStore fanOuts;
  private final CampaignEvents events;
  private final CampaignEnds ends;
  private final CampaignHours hours;
  private final Output output;

  CampaignRounds(
      FanOutRepositories sql,
      DatabaseTasks tasks,
      CampaignFaults faults,
      CampaignFacts facts,
      FanOutHealth watch,
      InstantSource clock,
      FanOutStore fanOuts,
      CampaignEvents events,
      CampaignEnds ends,
      CampaignHours hours,
      Output output) {
    this.sql = sql;
    this.tasks = tasks;
    this.faults = faults;
    this.facts = facts;
    this.watch = watch;
    this.clock = clock;
    this.fanOuts = fanOuts;
    this.events = events;
    this.ends = ends;
    this.hours = hours;
    this.output = output;
  }

  void start(UUID id, FanOutState fanOut, FanOutState.Origin origin) {
    tasks.start(
        DatabaseTasks.Kind.START,
        id,
        () -> fanOuts.unchanged(id, fanOut),
        () -> {
          CampaignStarts.Start start = sql.starts().start(id, origin, clock.instant());
          Optional<String> stopped =
              start instanceof CampaignStarts.Started ? sql.rows().stopped(id) : Optional.empty();
          ZonePasses zones =
              start instanceof CampaignStarts.Started begun ? sql.zones().passes(begun) : null;
          return () -> started(id, fanOut, origin, start, zones, stopped);
        });
  }

  private void started(
      UUID id,
      FanOutState fanOut,
      FanOutState.Origin origin,
      CampaignStarts.Start start,
      @Nullable ZonePasses zones,
      Optional<String> stopped) {
    switch (start) {
      case CampaignStarts.Started(
              CampaignRepository.Campaign campaign,
              CampaignStanding standing,
              _) -> {
        log.info(
            "[campaign {}] started, {} recipients",
            FanOutStore.brief(id),
            standing.counts().total());
        watch.moved(id);
        faults.forgive(id);
        facts.learn(campaign);
        FanOutState started =
            fanOut.started(campaign.senderId(), zones, campaign.sendingHours() != null);
        fanOuts.put(id, started);
        announceStart(id, standing, origin.traceparent());
        if (stopped.isPresent()) {
          hold(id, started, stopped.get());
        } else if (hours.isOpen(campaign.sendingHours())) {
          // A campaign whose state was lost may have left an older control on the topic.
          String why = started.reason() == null ? "started" : started.reason();
          events.control(id, new Control(started.effective(), why));
        } else {
          hours.tell(id, started, campaign.sendingHours());
        }
      }
      case CampaignStarts.Waiting(var until) -> {
        log.info("[campaign {}] waits for {}", FanOutStore.brief(id), until);
        fanOuts.remove(id);
      }
      case CampaignStarts.Empty(CampaignStanding standing) -> {
        log.info("[campaign {}] complete, it has no recipients", FanOutStore.brief(id));
        events.started(id, standing, origin.traceparent());
        events.completed(id, standing);
        fanOuts.remove(id);
      }
      case CampaignStarts.Unapproved(var approver) -> {
        log.info(
            "[campaign {}] not started: the approval by {} was withdrawn, or the campaign has"
                + " changed since",
            FanOutStore.brief(id),
            Texts.shortened(approver));
        fanOuts.remove(id);
      }
      case CampaignStarts.Withdrawn(var dueAt) -> {
        log.info(
            "[campaign {}] not started: its start time {} was removed",
            FanOutStore.brief(id),
            dueAt);
        fanOuts.remove(id);
      }
      case CampaignStarts.OtherRecipients(var reviewed) -> {
        log.info(
            "[campaign {}] not started, it has other recipients than the {} that were reviewed",
            FanOutStore.brief(id),
            reviewed);
        fanOuts.remove(id);
      }
      case CampaignStarts.Over(var status) -> {
        log.info("[campaign {}] nothing to send, it is {}", FanOutStore.brief(id), status);
        fanOuts.remove(id);
      }
      case CampaignStarts.Held() ->
          faults.wait(id, LOOK_AGAIN, "somebody holds its row, an import for example");
      case CampaignStarts.StartedBefore() ->
          refuse(
              id,
              fanOut,
              Refusal.IMPOSSIBLE,
              "it was started before and this producer has no record of how far it came; see sluice"
                  + " campaign repair");
      case CampaignStarts.Unknown() ->
          refuse(id, fanOut, Refusal.UNKNOWN, "unknown campaign " + id);
    }
  }

  /**
   * Begins a round only once the end of the previous one is committed as announced, because the row
   * no longer shows that end afterwards.
   */
  void resend(UUID id, FanOutState fanOut, FanOutState.Resend resend) {
    if (events.open(id)) {
      endFirst(id, fanOut);
    } else if (!events.endUncommitted(id)) {
      step(id, fanOut, resend);
    }
  }

  private void endFirst(UUID id, FanOutState fanOut) {
    tasks.start(
        id,
        () -> fanOuts.unchanged(id, fanOut),
        () -> {
          Optional<CampaignStanding> standing = sql.rows().standing(id);
          return () -> {
            if (standing.isPresent() && standing.get().status() == CampaignStatus.COMPLETED) {
              events.completed(id, standing.get());
            } else {
              nobodyToResendTo(id, fanOut);
            }
          };
        });
  }

  /** Runs one batch at a time, so that a large resend does not delay other campaigns. */
  private void step(UUID id, FanOutState fanOut, FanOutState.Resend resend) {
    tasks.start(
        DatabaseTasks.Kind.RESEND,
        id,
        () -> fanOuts.unchanged(id, fanOut),
        () -> {
          ResendRepository.Progress progress = sql.resends().step(id, resend);
          return switch (progress) {
            case MORE -> () -> watch.moved(id);
            case READY -> {
              CampaignRepository.Campaign campaign = known(sql.rows().find(id));
              CampaignStanding standing = known(sql.rows().standing(id));
              Optional<String> stopped = sql.rows().stopped(id);
              yield () -> resent(id, fanOut, resend, campaign, standing, stopped);
            }
            case NOTHING_TO_DO -> () -> nobodyToResendTo(id, fanOut);
          };
        });
  }

  private static <T> T known(Optional<T> row) {
    return row.orElseThrow(() -> DatabaseFault.missing("its row"));
  }

  private void nobodyToResendTo(UUID id, FanOutState fanOut) {
    log.info("[campaign {}] no recipients to resend to", FanOutStore.brief(id));
    watch.moved(id);
    fanOuts.put(id, fanOut.resentToNobody());
  }

  private void resent(
      UUID id,
      FanOutState fanOut,
      FanOutState.Resend resend,
      CampaignRepository.Campaign campaign,
      CampaignStanding standing,
      Optional<String> stopped) {
    log.info(
        "[campaign {}] resending to {}{}{}",
        FanOutStore.brief(id),
        resend.statuses(),
        resend.reasons() == null ? "" : " for " + Texts.shortened(resend.reasons().toString()),
        resend.recipients() == null ? "" : " of " + resend.recipients().size() + " selected");
    watch.moved(id);
    FanOutState resent =
        fanOut.resent(campaign.sendingHours() != null, standing.status() == CampaignStatus.PAUSED);
    fanOuts.put(id, resent);
    announceStart(id, standing, resend.traceparent());
    if (stopped.isPresent()) {
      hold(id, resent, stopped.get());
    } else if (!hours.isOpen(campaign.sendingHours())) {
      hours.tell(id, resent, campaign.sendingHours());
    } else if (resent.state() == Control.State.RUNNING) {
      // Its control may still be PAUSED, from when it completed.
      events.control(id, new Control(Control.State.RUNNING, "sent once more"));
    } else {
      events.applies(id, new Control(resent.effective(), resent.reason()));
    }
  }

  private void announceStart(UUID id, CampaignStanding standing, @Nullable String traceparent) {
    events.started(id, standing, traceparent);
    ends.expect(id, standing.counts().pending());
  }

  /**
   * Pauses a campaign whose template must not be used; it starts or continues once people confirm
   * it.
   */
  void hold(UUID id, FanOutState fanOut, String stopped) {
    log.warn("[campaign {}] paused: {}", FanOutStore.brief(id), stopped);
    fanOuts.put(id, fanOut.told(Control.State.PAUSED, stopped));
    events.control(id, new Control(Control.State.PAUSED, stopped));
  }

  /** Gives a campaign up that cannot be started; its command becomes a dead letter. */
  void refuse(UUID id, FanOutState fanOut, Refusal refusal, String reason) {
    log.warn("[campaign {}] refused: {}", FanOutStore.brief(id), reason);
    if (fanOut.phase() instanceof FanOutState.Requested(var origin)) {
      output.deadLetter(
          refusal,
          origin.key(),
          origin.value(),
          new DeadLetter(origin.topic(), origin.partition(), origin.offset(), reason),
          List.of(CampaignHeaders.campaign(id)));
    }
    events.forget(id);
    fanOuts.remove(id);
  }
}
