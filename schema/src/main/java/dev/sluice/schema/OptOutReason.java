package dev.sluice.schema;

import org.jspecify.annotations.Nullable;

/** Why somebody gets nothing more, as it stands in the database. */
public final class OptOutReason {
  /** What a user set at the provider; the one reason that the user's own resume lifts. */
  public static final String PREFERENCE = "user preference: stop";

  /** The refusal by which the provider tells the same choice. */
  private static final String STOPPED_MARKETING = "131050";

  private OptOutReason() {}

  /**
   * What a refused message tells of its recipient's wish.
   *
   * @param errorCode the provider's, or null if the refusal had none
   */
  public static String of(@Nullable String errorCode) {
    if (STOPPED_MARKETING.equals(errorCode)) {
      return PREFERENCE;
    }
    return "provider: " + (errorCode == null ? "opted out" : errorCode);
  }
}
