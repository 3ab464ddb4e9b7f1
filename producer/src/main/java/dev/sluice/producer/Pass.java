package dev.sluice.producer;

import dev.sluice.schema.Control;
import dev.sluice.schema.RecipientStatus;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far one campaign's fan-out is; the value of the store {@code fan-outs}. It changes in the
 * same transaction as the requests that it accounts for, and is the only place where the producer
 * keeps its place.
 *
 * @param phase what comes next
 * @param state what people asked for
 * @param rowDue whether the campaign's row does not say {@code state} yet
 * @param senderId who sends, once that is known
 * @param cursor the last recipient read
 * @param fed requests written so far
 * @param origin the start command, until it was carried out
 * @param resend the resend command, while it is carried out
 * @param windowed whether the campaign sends only at certain hours
 * @param quiet whether these hours are over for now
 */
record Pass(
    Phase phase,
    Control.State state,
    boolean rowDue,
    @Nullable String senderId,
    Cursor cursor,
    long fed,
    @Nullable Origin origin,
    @Nullable Resend resend,
    boolean windowed,
    boolean quiet) {

  enum Phase {
    /** The command is there, the campaign was not looked up yet. */
    REQUESTED,
    /** Recipients are left to read. */
    FEEDING,
    /** Every recipient's request is written. */
    FED,
    /** Some recipients go back to pending, to be sent to once more. */
    RESENDING
  }

  /**
   * A resend under way.
   *
   * @param statuses which recipients
   * @param offset the command's offset, which tells it from every other
   */
  record Resend(Set<RecipientStatus> statuses, long offset) {}

  /**
   * The command that started it, kept in case it has to go to the dead letters.
   *
   * @param key the record's key
   * @param value its value
   */
  // Never compared, so the arrays' identity does not matter.
  @SuppressWarnings("ArrayRecordComponent")
  record Origin(byte @Nullable [] key, byte[] value, String topic, int partition, long offset) {}

  static Pass requested(@Nullable Origin origin) {
    return new Pass(
        Phase.REQUESTED,
        Control.State.RUNNING,
        false,
        null,
        Cursor.START,
        0,
        origin,
        null,
        false,
        false);
  }

  boolean active() {
    return state != Control.State.CANCELLED;
  }

  /** What applies: what people asked for, and outside its hours a campaign is paused at most. */
  Control.State effective() {
    return quiet && state == Control.State.RUNNING ? Control.State.PAUSED : state;
  }

  /** Whether its recipients are written to now: those to come, or those that were given back. */
  boolean sending() {
    return (phase == Phase.FEEDING || phase == Phase.FED) && effective() == Control.State.RUNNING;
  }

  Pass started(String sender, boolean hasWindow) {
    return new Pass(
        Phase.FEEDING, state, rowDue, sender, Cursor.START, 0, null, null, hasWindow, false);
  }

  Pass advanced(Cursor to, long requests, boolean last) {
    return new Pass(
        last ? Phase.FED : Phase.FEEDING,
        state,
        rowDue,
        senderId,
        to,
        fed + requests,
        null,
        null,
        windowed,
        quiet);
  }

  /** Requests that were given back are written anew. */
  Pass wroteAgain(long requests) {
    return new Pass(
        phase, state, rowDue, senderId, cursor, fed + requests, null, null, windowed, quiet);
  }

  Pass resending(Resend command) {
    return new Pass(
        Phase.RESENDING, state, false, senderId, Cursor.START, 0, null, command, windowed, quiet);
  }

  /** Who is to be sent to once more is pending again. */
  Pass resent(boolean hasWindow) {
    return new Pass(
        Phase.FEEDING, state, rowDue, senderId, Cursor.START, 0, null, null, hasWindow, quiet);
  }

  /** Nobody was to be sent to once more. */
  Pass resentToNobody() {
    return new Pass(Phase.FED, state, rowDue, senderId, cursor, fed, null, null, windowed, quiet);
  }

  Pass told(Control.State wanted) {
    return new Pass(phase, wanted, true, senderId, cursor, fed, origin, resend, windowed, quiet);
  }

  /** Its hours have begun or ended. */
  Pass inWindow(boolean open) {
    return new Pass(phase, state, true, senderId, cursor, fed, origin, resend, windowed, !open);
  }

  /** It has ended, so that its hours matter no more. */
  Pass ended() {
    return new Pass(phase, state, rowDue, senderId, cursor, fed, origin, resend, false, false);
  }

  Pass recorded() {
    return new Pass(phase, state, false, senderId, cursor, fed, origin, resend, windowed, quiet);
  }
}
