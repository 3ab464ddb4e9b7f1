package dev.sluice.schema;

import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A recipient's wish to receive nothing more, as reported by a refused message.
 *
 * @param code the provider's error code, or null if the refusal had none
 * @param at when it was reported
 */
public record OptOut(@Nullable String code, Instant at) {
  /** Reasons that a resume cannot lift rank above the one that it can. */
  private static final Comparator<@Nullable String> STRENGTH =
      Comparator.<@Nullable String>comparingInt(
              code -> OptOutReason.of(code).equals(OptOutReason.PREFERENCE) ? 0 : 1)
          .thenComparing(OptOutReason::of);

  /** Returns the reason as stored in the database. */
  public String reason() {
    return OptOutReason.of(code);
  }

  /**
   * Combines two wishes, in any order: the stronger reason at the later time. Otherwise a
   * suppression that was lifted between the two would hide the later wish.
   */
  public OptOut and(OptOut other) {
    return new OptOut(
        STRENGTH.compare(code, other.code) >= 0 ? code : other.code,
        at.isAfter(other.at) ? at : other.at);
  }

  /** Combines two wishes that may each be null; null if both are. */
  public static @Nullable OptOut both(@Nullable OptOut one, @Nullable OptOut other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.and(other);
  }
}
