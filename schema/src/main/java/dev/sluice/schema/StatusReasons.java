package dev.sluice.schema;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why campaigns and senders do not send, as the services write it. The page knows these sentences
 * and says them in its reader's language, so changing one means changing {@code reasons.js}.
 */
public final class StatusReasons {
  private static final String REQUESTED = "requested by ";
  private static final String HOURS = "its sending hours ";
  private static final String WAITS_FOR_HOURS = "; waits for its sending hours";

  private static final Pattern PLANNED =
      Pattern.compile(
          REQUESTED + "((?!: ).)*|" + HOURS + ".*|.*" + Pattern.quote(WAITS_FOR_HOURS),
          Pattern.DOTALL);

  private StatusReasons() {}

  /** Somebody wants it. */
  public static String requested(String who, @Nullable String why) {
    return why == null ? REQUESTED + who : REQUESTED + who + ": " + why;
  }

  /**
   * Returns whether nobody needs to look into a pause: it was merely requested, or is due to
   * sending hours. A request that says why is none of these, as the services' own are.
   */
  public static boolean planned(@Nullable String reason) {
    return reason == null || PLANNED.matcher(reason).matches();
  }

  /** The sender's people of a day are used up. */
  public static String dailyLimit(int people) {
    return "the sender has written to "
        + people
        + " different people within 24 hours, its daily limit; it goes on an hour after they"
        + " fall out of the 24 hours, as messages may wait for so long";
  }

  public static String blockedSender(String why) {
    return "the sender is blocked: " + why;
  }

  /** The campaign's sending hours have begun. */
  public static String hoursBegun(String hours) {
    return HOURS + hours + " have begun";
  }

  /**
   * The campaign's sending hours have ended.
   *
   * @param hours like {@code 09:00-20:00 America/Sao_Paulo}
   */
  public static String hoursOver(String hours) {
    return HOURS + hours + " are over";
  }

  /** A command came while the campaign's sending hours are over. */
  public static String waitsForHours(String why) {
    return why + WAITS_FOR_HOURS;
  }

  /** The campaign itself is at fault. */
  public static String fault(String fault) {
    return "it cannot go on: " + fault;
  }

  public static String refusedCampaign(String code) {
    return "the provider refuses the campaign with " + code;
  }

  public static String refusedInARow(int messages, String code) {
    return messages + " in a row were refused with " + code;
  }

  public static String notPreparedInARow(int messages) {
    return messages + " in a row could not be prepared";
  }

  public static String providerDown(String detail) {
    return "the provider seems to be down: " + detail;
  }

  /** No worker can send through this provider. */
  public static String unknownProvider(String provider) {
    return "a worker knows no provider \"" + provider + "\"";
  }

  /**
   * The template of the campaign may not be used.
   *
   * @param status like {@code PAUSED}
   */
  public static String stoppedTemplate(String status, String name, String language) {
    return "the provider has "
        + status.toLowerCase(Locale.ROOT)
        + " the template "
        + name
        + " "
        + language;
  }
}
