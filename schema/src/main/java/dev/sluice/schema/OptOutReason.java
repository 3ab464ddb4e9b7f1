package dev.sluice.schema;

import org.jspecify.annotations.Nullable;

/** The reasons for a suppression, as stored in the database. */
public final class OptOutReason {
  /**
   * A choice that the user made at the provider; the only reason that the user's own resume lifts.
   */
  public static final String PREFERENCE = "user preference: stop";

  /** The error code by which the provider reports the same choice. */
  private static final String STOPPED_MARKETING = "131050";

  private OptOutReason() {}

  /**
   * Returns the reason that a refused message gives.
   *
   * @param errorCode the provider's error code, or null if the refusal had none
   */
  public static String of(@Nullable String errorCode) {
    if (STOPPED_MARKETING.equals(errorCode)) {
      return PREFERENCE;
    }
    return "provider: " + (errorCode == null ? "opted out" : errorCode);
  }
}
