package dev.sluice.producer.state;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The progress of one campaign's fan-out; the value of the store {@code fan-outs}. It changes in
 * the same transaction as the requests it accounts for, and nothing else records the producer's
 * progress.
 *
 * @param phase what comes next
 * @param state the requested state, or the one set for a fault
 * @param rowDue whether the campaign's row does not say {@code state} yet
 * @param senderId the sender, once it is known
 * @param cursor the last recipient read
 * @param fed requests written so far
 * @param origin the start command, until it was carried out
 * @param resend the resend command, while it is carried out
 * @param windowed whether the campaign sends only at certain hours
 * @param quiet whether these hours are over for now
 * @param fault what is wrong with the campaign itself, so that it was paused; null for nothing
 * @param reason why it is in this state, for people; null if nobody has changed it
 */
public record FanOutState(
    Phase phase,
    Control.State state,
    boolean rowDue,
    @Nullable String senderId,
    Cursor cursor,
    long fed,
    @Nullable Origin origin,
    @Nullable Resend resend,
    boolean windowed,
    boolean quiet,
    @Nullable String fault,
    @Nullable String reason) {

  public enum Phase {
    /** The command has arrived; the campaign was not read yet. */
    REQUESTED,
    /** Recipients are left to read. */
    FEEDING,
    /** Every recipient's request is written. */
    FED,
    /** A resend is putting recipients back to pending. */
    RESENDING
  }

  /**
   * A resend under way.
   *
   * @param statuses which recipients
   * @param offset the command's offset, which tells it from every other
   * @param paused whether the campaign was paused before and nobody has said anything since, so
   *     that it goes on if there is somebody to send to; null for no
   * @param traceparent the trace that the command belongs to, or null if it has none
   * @param reasons only those with one of these error codes; null for all
   */
  public record Resend(
      Set<RecipientStatus> statuses,
      long offset,
      @Nullable Boolean paused,
      @Nullable String traceparent,
      @Nullable Set<String> reasons) {}

  /**
   * The command that started it, kept in case it has to go to the dead letters.
   *
   * @param key the record's key
   * @param value its value
   * @param timestampMs the record's time
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

    /** When the command was written, or null if that is not known. */
    public @Nullable Instant at() {
      return timestampMs == null ? null : Instant.ofEpochMilli(timestampMs);
    }

    /** Whether a repair has made sure that nobody who is pending was queued before. */
    public boolean afterRepair() {
      return Boolean.TRUE.equals(Json.read(value, CampaignCommand.class).repaired());
    }
  }

  public static FanOutState requested(Origin origin) {
    return new FanOutState(
        Phase.REQUESTED,
        Control.State.RUNNING,
        false,
        null,
        Cursor.START,
        0,
        origin,
        null,
        false,
        false,
        null,
        null);
  }

  public boolean active() {
    return state != Control.State.CANCELLED;
  }

  /** What applies: what people asked for, and outside its hours a campaign is paused at most. */
  public Control.State effective() {
    return quiet && state == Control.State.RUNNING ? Control.State.PAUSED : state;
  }

  /** Whether its recipients are written to now: those to come, or those that were given back. */
  public boolean sending() {
    return (phase == Phase.FEEDING || phase == Phase.FED) && effective() == Control.State.RUNNING;
  }

  public FanOutState started(String sender, boolean hasWindow) {
    return new FanOutState(
        Phase.FEEDING,
        state,
        rowDue,
        sender,
        Cursor.START,
        0,
        null,
        null,
        hasWindow,
        false,
        fault,
        reason);
  }

  public FanOutState advanced(Cursor to, long requests, boolean last) {
    return at(last ? Phase.FED : Phase.FEEDING, to, fed + requests, null);
  }

  /** Returned requests were written anew. */
  public FanOutState wroteAgain(long requests) {
    return at(phase, cursor, fed + requests, null);
  }

  /** Told to send once more; until somebody is found to send to, it is what it was. */
  public FanOutState resending(
      Set<RecipientStatus> statuses,
      @Nullable Set<String> reasons,
      long offset,
      @Nullable String traceparent) {
    Resend command =
        new Resend(statuses, offset, state == Control.State.PAUSED, traceparent, reasons);
    return at(Phase.RESENDING, cursor, fed, command).as(state, rowDue, null, reason);
  }

  /** Who is to be sent to once more is pending again: it goes on if it was paused before. */
  public FanOutState resent(boolean hasWindow) {
    boolean paused = resend != null && Boolean.TRUE.equals(resend.paused());
    FanOutState begun = at(Phase.FEEDING, Cursor.START, 0, null).keeping(hasWindow, false);
    return paused ? begun.as(Control.State.RUNNING, false, null, null) : begun;
  }

  /** Nobody was to be sent to once more: it is as it was before. */
  public FanOutState resentToNobody() {
    return at(Phase.FED, cursor, fed, null);
  }

  /** Another state was requested; a resume clears the fault. */
  public FanOutState told(Control.State wanted, String why) {
    FanOutState told = as(wanted, true, null, why);
    return resend == null
        ? told
        : told.at(
            phase,
            cursor,
            fed,
            new Resend(
                resend.statuses(), resend.offset(), null, resend.traceparent(), resend.reasons()));
  }

  /** Paused for a fault. */
  public FanOutState faulty(String wrong, String why) {
    return as(Control.State.PAUSED, true, wrong, why);
  }

  /** Its hours have begun or ended. */
  public FanOutState inWindow(boolean open) {
    return as(state, true, fault, reason).keeping(windowed, !open);
  }

  /** It has ended, so that its hours no longer matter. */
  public FanOutState ended() {
    return keeping(false, false);
  }

  public FanOutState recorded() {
    return as(state, false, fault, reason);
  }

  private FanOutState at(Phase next, Cursor to, long requests, @Nullable Resend command) {
    return new FanOutState(
        next, state, rowDue, senderId, to, requests, null, command, windowed, quiet, fault, reason);
  }

  private FanOutState as(
      Control.State wanted, boolean due, @Nullable String wrong, @Nullable String why) {
    return new FanOutState(
        phase, wanted, due, senderId, cursor, fed, origin, resend, windowed, quiet, wrong, why);
  }

  private FanOutState keeping(boolean hasWindow, boolean outside) {
    return new FanOutState(
        phase, state, rowDue, senderId, cursor, fed, origin, resend, hasWindow, outside, fault,
        reason);
  }
}
