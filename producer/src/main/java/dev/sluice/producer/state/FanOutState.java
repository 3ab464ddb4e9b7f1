package dev.sluice.producer.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of one campaign's fan-out: the value of the store {@code fan-outs}, in the form of a
 * {@link FanOutEntry}. It changes in the transaction that writes the requests it accounts for, and
 * nothing else records the producer's progress. How that form is versioned is written there.
 *
 * @param phase its progress
 * @param steering what users and the clock request of it
 */
public record FanOutState(Phase phase, Steering steering) {
  /** The progress of a campaign. */
  public sealed interface Phase {}

  /**
   * The command has arrived, but the campaign was not read yet.
   *
   * @param origin the command
   */
  public record Requested(Origin origin) implements Phase {}

  /**
   * Its stored state cannot be read, so its progress is unknown.
   *
   * @param reason why
   */
  public record Unreadable(String reason) implements Phase {}

  /** The campaign was read, and requests of it may be queued. */
  public sealed interface Started extends Phase {
    Progress progress();
  }

  /** Recipients are left to read. */
  public record Feeding(Progress progress) implements Started {}

  /** Every recipient's request is written. */
  public record Fed(Progress progress) implements Started {}

  /** A resend is resetting recipients to pending. */
  public record Resending(Progress progress, Resend resend) implements Started {}

  /**
   * The position in a campaign's recipients.
   *
   * @param senderId the campaign's sender
   * @param cursor the last recipient read
   * @param fed requests written so far, not counting those written again after they were returned
   * @param zones the passes of a campaign that is sent at a local time, the current one of which
   *     the cursor belongs to; null for a single pass
   */
  public record Progress(String senderId, Cursor cursor, long fed, @Nullable ZonePasses zones) {
    static Progress none(String senderId, @Nullable ZonePasses zones) {
      return new Progress(senderId, Cursor.START, 0, zones);
    }

    private Phase after(Cursor to, long requests, boolean last) {
      ZonePasses passes = zones;
      if (last && passes != null && !passes.isLast()) {
        return new Feeding(new Progress(senderId, Cursor.START, fed + requests, passes.next()));
      }
      return last
          ? new Fed(new Progress(senderId, to, fed + requests, null))
          : new Feeding(new Progress(senderId, to, fed + requests, passes));
    }

    /** Returns whether the recipients that are left to read may be sent to. */
    public boolean isDue(Instant now) {
      return zones == null || !zones.now().at().isAfter(now);
    }

    /** Returns whether this recipient is left to read. */
    public boolean isAhead(@Nullable String zone, Instant createdAt, long id) {
      int passes = zones == null ? 0 : Integer.compare(zones.place(zone), zones.current());
      return passes > 0 || (passes == 0 && new Cursor(createdAt, id).isAfter(cursor));
    }
  }

  /**
   * A resend under way.
   *
   * @param statuses the statuses of the recipients concerned
   * @param offset the command's offset, which identifies it
   * @param paused whether the campaign was paused before and no command has come since, so that it
   *     continues if there are recipients to send to; null for no
   * @param traceparent the trace that the command belongs to, or null if it has none
   * @param reasons only recipients with one of these error codes; null for all
   * @param recipients the ids of those who were selected; null for all
   */
  public record Resend(
      Set<RecipientStatus> statuses,
      long offset,
      @Nullable Boolean paused,
      @Nullable String traceparent,
      @Nullable Set<String> reasons,
      @Nullable List<Long> recipients) {
    private Resend steered() {
      return new Resend(statuses, offset, null, traceparent, reasons, recipients);
    }
  }

  /**
   * The command that started it, kept in case it has to go to the dead letters.
   *
   * @param key the record's key
   * @param value its value
   * @param timestampMs the record's time, ms since 1970
   * @param traceparent the trace that it belongs to, or null if it has none
   */
  // Compared only with itself, so the arrays' identity does not matter.
  @SuppressWarnings("ArrayRecordComponent")
  public record Origin(
      byte @Nullable [] key,
      byte[] value,
      String topic,
      int partition,
      long offset,
      @Nullable Long timestampMs,
      @Nullable String traceparent) {

    /** Returns when the command was written, or null if that is unknown. */
    public @Nullable Instant at() {
      return timestampMs == null ? null : Instant.ofEpochMilli(timestampMs);
    }

    /** Returns whether a repair has verified that no pending recipient was queued before. */
    public boolean afterRepair() {
      return Boolean.TRUE.equals(command().repaired());
    }

    /** Returns who approved the campaign as it was, or null for a start that needs no approval. */
    public @Nullable String approvedBy() {
      return command().approvedBy();
    }

    /** Returns the start time that has made the producer write it, or null for any other start. */
    public @Nullable Instant dueAt() {
      return command().dueAt();
    }

    /** Returns for how many recipients it is, or null for whoever there is. */
    public @Nullable Long reviewed() {
      return command().reviewed();
    }

    private CampaignCommand command() {
      return Json.read(value, CampaignCommand.class);
    }
  }

  /**
   * The state of a campaign that users and the clock request.
   *
   * @param state the requested state, or the one set for a fault
   * @param reason why it is in this state, for people; null if it was never changed
   * @param fault the fault of the campaign itself for which it was paused; null for none
   * @param rowDue whether the campaign's row does not show {@code state} yet
   * @param hasSendingHours whether the campaign sends only during certain hours
   * @param quiet whether these hours are over for now
   */
  public record Steering(
      Control.State state,
      @Nullable String reason,
      @Nullable String fault,
      boolean rowDue,
      boolean hasSendingHours,
      boolean quiet) {
    private static final Steering NONE =
        new Steering(Control.State.RUNNING, null, null, false, false, false);

    private Steering to(Control.State wanted, @Nullable String wrong, @Nullable String why) {
      return new Steering(wanted, why, wrong, true, hasSendingHours, quiet);
    }

    private Steering sound() {
      return new Steering(state, reason, null, rowDue, hasSendingHours, quiet);
    }

    private Steering due(boolean inRow) {
      return new Steering(state, reason, fault, inRow, hasSendingHours, quiet);
    }

    private Steering hours(boolean hasHours, boolean outside) {
      return new Steering(state, reason, fault, rowDue, hasHours, outside);
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static FanOutState of(FanOutEntry entry) {
    return entry.toState();
  }

  @JsonValue
  FanOutEntry entry() {
    return FanOutEntry.of(this);
  }

  public static FanOutState requested(Origin origin) {
    return new FanOutState(new Requested(origin), Steering.NONE);
  }

  static FanOutState unreadable(String reason) {
    return new FanOutState(new Unreadable(reason), Steering.NONE);
  }

  /** Returns the requested state, or the one set for a fault. */
  public Control.State state() {
    return steering.state();
  }

  /** Returns why it is in this state, for people; null if it was never changed. */
  public @Nullable String reason() {
    return steering.reason();
  }

  /** Returns the fault of the campaign itself; null for none. */
  public @Nullable String fault() {
    return steering.fault();
  }

  public boolean active() {
    return state() != Control.State.CANCELLED;
  }

  /** Returns whether it was neither cancelled nor paused for a fault. */
  public boolean sound() {
    return active() && fault() == null;
  }

  /**
   * Returns the state that applies: the requested one, except that a running campaign is paused
   * outside its hours.
   */
  public Control.State effective() {
    return steering.quiet() && state() == Control.State.RUNNING ? Control.State.PAUSED : state();
  }

  /** Returns its sender, or null until the campaign was read. */
  public @Nullable String senderId() {
    return phase instanceof Started started ? started.progress().senderId() : null;
  }

  public FanOutState started(String senderId, @Nullable ZonePasses zones, boolean hasHours) {
    return new FanOutState(
        new Feeding(Progress.none(senderId, zones)), steering.hours(hasHours, false));
  }

  /** Returns the state after a page of requests was written. */
  public FanOutState advanced(Cursor to, long requests, boolean last) {
    return new FanOutState(progress().after(to, requests, last), steering);
  }

  /**
   * Returns the state after a resend was requested; the requested state stays until recipients to
   * send to are found.
   */
  public FanOutState resending(
      Set<RecipientStatus> statuses,
      @Nullable Set<String> reasons,
      @Nullable List<Long> recipients,
      long offset,
      @Nullable String traceparent) {
    Resend command =
        new Resend(
            statuses, offset, state() == Control.State.PAUSED, traceparent, reasons, recipients);
    return new FanOutState(new Resending(progress(), command), steering.sound());
  }

  /**
   * Returns the state once the recipients of a resend are pending; it runs if it was paused before.
   * A resend waits for no local time.
   *
   * @param rowPaused whether its row is paused, perhaps by an earlier producer that could not read
   *     this state
   */
  public FanOutState resent(boolean hasHours, boolean rowPaused) {
    boolean paused =
        phase instanceof Resending(_, Resend resend) && Boolean.TRUE.equals(resend.paused());
    Steering next = steering.hours(hasHours, false);
    Steering going = paused ? next.to(Control.State.RUNNING, null, null).due(false) : next;
    return new FanOutState(
        new Feeding(Progress.none(progress().senderId(), null)),
        rowPaused ? going.due(true) : going);
  }

  /** Returns the state after a resend that concerned no recipient: as before. */
  public FanOutState resentToNobody() {
    return new FanOutState(new Fed(progress()), steering);
  }

  /** Returns the state after another state was requested; a resume clears the fault. */
  public FanOutState told(Control.State wanted, String why) {
    Phase unchanged =
        switch (phase) {
          case Requested _, Feeding _, Fed _, Unreadable _ -> phase;
          case Resending(Progress progress, Resend resend) ->
              new Resending(progress, resend.steered());
        };
    return new FanOutState(unchanged, steering.to(wanted, null, why));
  }

  /** Returns the state paused for a fault. */
  public FanOutState faulty(String wrong, String why) {
    return new FanOutState(phase, steering.to(Control.State.PAUSED, wrong, why));
  }

  /** Returns the state after its hours have begun or ended. */
  public FanOutState inSendingHours(boolean open) {
    return new FanOutState(phase, steering.hours(steering.hasSendingHours(), !open).due(true));
  }

  /** Returns the state of an ended campaign, whose hours no longer matter. */
  public FanOutState ended() {
    return new FanOutState(phase, steering.hours(false, false));
  }

  /** Returns the state once its row shows what is requested. */
  public FanOutState recorded() {
    return new FanOutState(phase, steering.due(false));
  }

  private Progress progress() {
    if (phase instanceof Started started) {
      return started.progress();
    }
    throw notNow();
  }

  private IllegalStateException notNow() {
    return new IllegalStateException("not possible now: " + this);
  }
}
