package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignStanding;
import dev.sluice.producer.state.Announced;
import dev.sluice.producer.state.AnnouncedStore;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Control;
import dev.sluice.schema.StatusReasons;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Announces each change of a campaign's state once. An event is the difference between what applies
 * and what was announced according to the store, and commits together with the store.
 */
final class CampaignEvents {
  private final AnnouncedStore announced;
  private final InstantSource clock;
  private final Output output;

  /** Campaigns whose end this iteration has announced but not committed yet. */
  private final Set<UUID> uncommitted = new HashSet<>();

  CampaignEvents(AnnouncedStore announced, InstantSource clock, Output output) {
    this.announced = announced;
    this.clock = clock;
    this.output = output;
    announced.open().forEach((id, one) -> output.trace(id, one.traceparent()));
  }

  /** Begins an iteration; what the previous one announced is committed. */
  void beginIteration() {
    uncommitted.clear();
  }

  /** Writes a control for the workers, and announces it if it is a change. */
  void control(UUID id, Control control) {
    output.control(id, control);
    applies(id, control);
    output.commitSoon();
  }

  /**
   * Does the same with what a command asks for, which is also announced if it pauses a campaign for
   * a fault while that is paused already: outside its hours, for example.
   */
  void commanded(UUID id, Control control) {
    Announced before = announced.find(id);
    control(id, control);
    if (before != null
        && before.paused()
        && control.state() == Control.State.PAUSED
        && !StatusReasons.planned(control.reason())) {
      write(id, CampaignEvent.Event.PAUSED, before, clock.instant(), control.reason(), null);
    }
  }

  /** Announces a pause or a resume if it is a change and the campaign is under way. */
  void applies(UUID id, Control control) {
    Announced before = announced.find(id);
    boolean paused = control.state() == Control.State.PAUSED;
    if (before == null || control.state() == Control.State.CANCELLED || before.paused() == paused) {
      return;
    }
    announced.put(id, before.paused(paused));
    write(
        id,
        paused ? CampaignEvent.Event.PAUSED : CampaignEvent.Event.RESUMED,
        before,
        clock.instant(),
        control.reason(),
        null);
  }

  /** Announces the start of a round, unless it was announced before. */
  void started(UUID id, CampaignStanding standing, @Nullable String traceparent) {
    if (announced.find(id) == null) {
      Announced now = new Announced(standing.round(), false, standing.externalId(), traceparent);
      output.trace(id, traceparent);
      announced.put(id, now);
      write(id, CampaignEvent.Event.STARTED, now, clock.instant(), null, standing.counts());
    }
  }

  /** Announces that every recipient is settled, unless it was announced before. */
  void completed(UUID id, CampaignStanding standing) {
    Announced before = announced.find(id);
    if (before != null && before.round() == standing.round()) {
      ended(id, CampaignEvent.Event.COMPLETED, standing, null);
    }
  }

  /** Announces a cancel that the row shows; a campaign that never started can be cancelled too. */
  void cancelled(UUID id, CampaignStanding standing, @Nullable String reason) {
    ended(id, CampaignEvent.Event.CANCELLED, standing, reason);
  }

  private void ended(
      UUID id, CampaignEvent.Event event, CampaignStanding standing, @Nullable String reason) {
    announced.remove(id);
    uncommitted.add(id);
    Instant at = standing.completedAt() == null ? clock.instant() : standing.completedAt();
    write(id, event, of(standing), at, reason, standing.counts());
  }

  /** Forgets a campaign whose row is gone, so that there is nothing more to announce. */
  void forget(UUID id) {
    announced.remove(id);
  }

  /** Returns whether its end was announced and may still be undone by a crash. */
  boolean endUncommitted(UUID id) {
    return uncommitted.contains(id);
  }

  /** Returns whether it is under way, as far as was announced. */
  boolean open(UUID id) {
    return announced.find(id) != null;
  }

  /** Returns the campaigns under way, as far as was announced. */
  Map<UUID, Announced> open() {
    return announced.open();
  }

  private static Announced of(CampaignStanding standing) {
    return new Announced(standing.round(), false, standing.externalId(), null);
  }

  private void write(
      UUID id,
      CampaignEvent.Event event,
      Announced about,
      Instant at,
      @Nullable String reason,
      CampaignEvent.@Nullable Counts counts) {
    output.event(
        new CampaignEvent(event, id, about.externalId(), about.round(), at, reason, counts));
    output.commitSoon();
  }
}
