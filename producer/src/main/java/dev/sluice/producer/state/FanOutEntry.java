package dev.sluice.producer.state;

import dev.sluice.schema.Control;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a {@link FanOutState}: JSON, in the store {@code fan-outs} and its changelog.
 * Entries outlive versions of the producer, in both directions: fields are added, never changed.
 *
 * <p>There is no version number; the name of the phase takes its place. A field that an older
 * version may ignore is only added: that version reads the entry without it, and loses it when it
 * writes the entry again. A field that must not be ignored comes with a phase of a new name, which
 * an older version cannot read: for it the state is {@link FanOutState.Unreadable}, so it sends
 * nothing, pauses the campaign, and leaves the entry as it is for a version that can read it.
 * {@code golden/FanOutState} has the forms that must stay readable.
 */
record FanOutEntry(
    Phase phase,
    Control.State state,
    boolean rowDue,
    @Nullable String senderId,
    Cursor cursor,
    long fed,
    FanOutState.@Nullable Origin origin,
    FanOutState.@Nullable Resend resend,
    boolean windowed,
    boolean quiet,
    @Nullable String fault,
    @Nullable String reason,
    @Nullable ZonePasses zones) {

  enum Phase {
    REQUESTED,
    FEEDING,

    /** A name that older versions cannot read; they would feed recipients twice. */
    FEEDING_ZONES,
    FED,
    RESENDING,

    /** A name that older versions cannot read; they would send to everybody. */
    RESENDING_SELECTED
  }

  static FanOutEntry of(FanOutState state) {
    return switch (state.phase()) {
      case FanOutState.Requested(FanOutState.Origin origin) ->
          of(Phase.REQUESTED, state.steering(), null, origin, null);
      case FanOutState.Feeding(FanOutState.Progress progress) ->
          of(
              progress.zones() == null ? Phase.FEEDING : Phase.FEEDING_ZONES,
              state.steering(),
              progress,
              null,
              null);
      case FanOutState.Fed(FanOutState.Progress progress) ->
          of(Phase.FED, state.steering(), progress, null, null);
      case FanOutState.Resending(FanOutState.Progress progress, FanOutState.Resend resend) ->
          of(
              resend.recipients() == null ? Phase.RESENDING : Phase.RESENDING_SELECTED,
              state.steering(),
              progress,
              null,
              resend);
      case FanOutState.Unreadable _ ->
          throw new IllegalArgumentException("what cannot be read stays as it is stored");
    };
  }

  private static FanOutEntry of(
      Phase phase,
      FanOutState.Steering steering,
      FanOutState.@Nullable Progress progress,
      FanOutState.@Nullable Origin origin,
      FanOutState.@Nullable Resend resend) {
    return new FanOutEntry(
        phase,
        steering.state(),
        steering.rowDue(),
        progress == null ? null : progress.senderId(),
        progress == null ? Cursor.START : progress.cursor(),
        progress == null ? 0 : progress.fed(),
        origin,
        resend,
        steering.hasSendingHours(),
        steering.quiet(),
        steering.fault(),
        steering.reason(),
        progress == null ? null : progress.zones());
  }

  FanOutState toState() {
    FanOutState.Phase reached =
        switch (phase) {
          case REQUESTED ->
              new FanOutState.Requested(Objects.requireNonNull(origin, "origin is missing"));
          case FEEDING, FEEDING_ZONES -> new FanOutState.Feeding(progress());
          case FED -> new FanOutState.Fed(progress());
          case RESENDING -> new FanOutState.Resending(progress(), asked());
          case RESENDING_SELECTED -> {
            Objects.requireNonNull(asked().recipients(), "recipients are missing");
            yield new FanOutState.Resending(progress(), asked());
          }
        };
    Control.State told = Objects.requireNonNull(state, "state is missing");
    return new FanOutState(
        reached, new FanOutState.Steering(told, reason, fault, rowDue, windowed, quiet));
  }

  private FanOutState.Resend asked() {
    return Objects.requireNonNull(resend, "resend is missing");
  }

  private FanOutState.Progress progress() {
    return new FanOutState.Progress(
        Objects.requireNonNull(senderId, "senderId is missing"),
        Objects.requireNonNull(cursor, "cursor is missing"),
        fed,
        zones);
  }
}
