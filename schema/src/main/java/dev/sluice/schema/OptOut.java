package dev.sluice.schema;

import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A recipient's wish to be left alone, as a refused message tells it.
 *
 * @param code the provider's, or null if the refusal had none
 * @param at when it was told
 */
public record OptOut(@Nullable String code, Instant at) {
  /** What no resume lifts is above what one lifts. */
  private static final Comparator<@Nullable String> STRENGTH =
      Comparator.<@Nullable String>comparingInt(
              code -> OptOutReason.of(code).equals(OptOutReason.PREFERENCE) ? 0 : 1)
          .thenComparing(OptOutReason::of);

  /** Why the recipient gets nothing more, as it stands in the database. */
  public String reason() {
    return OptOutReason.of(code);
  }

  /**
   * Both wishes in one, whichever was told first: the stronger reason since the later time. A
   * suppression that was lifted between the two would else hide the later one.
   */
  public OptOut and(OptOut other) {
    return new OptOut(
        STRENGTH.compare(code, other.code) >= 0 ? code : other.code,
        at.isAfter(other.at) ? at : other.at);
  }

  /** All wishes in one; null for none. */
  public static @Nullable OptOut both(@Nullable OptOut one, @Nullable OptOut other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.and(other);
  }
}
