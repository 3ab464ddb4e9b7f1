package dev.sluice.schema;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a campaign is paused or continues, in words for people that programs can tell apart. */
public final class PauseReasons {
  private static final String REQUESTED = "requested by ";
  private static final String HOURS = "its sending hours ";
  private static final String UNTIL_HOURS = "; waits for its sending hours";

  private static final Pattern PLANNED =
      Pattern.compile(
          REQUESTED + "((?!: ).)*|" + HOURS + ".*|.*" + Pattern.quote(UNTIL_HOURS), Pattern.DOTALL);

  private PauseReasons() {}

  /** Returns that somebody wants it. */
  public static String requested(String who, @Nullable String why) {
    return why == null ? REQUESTED + who : REQUESTED + who + ": " + why;
  }

  /** Returns that it is the time of day. */
  public static String hours(String hours, boolean open) {
    return HOURS + hours + (open ? " have begun" : " are over");
  }

  /** Returns that what somebody wants has to wait for the time of day. */
  public static String untilHours(String requested) {
    return requested + UNTIL_HOURS;
  }

  /**
   * Returns whether nobody needs to look into a pause: it was merely requested, or is due to
   * sending hours. A request that says why is none of these, as the services' own are.
   */
  public static boolean planned(@Nullable String reason) {
    return reason == null || PLANNED.matcher(reason).matches();
  }
}
