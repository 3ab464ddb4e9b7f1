package dev.sluice.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The changes to a campaign. It reads other environment variables than a new campaign, so that one
 * set for those never changes an existing campaign.
 */
final class CampaignEditOptions {
  private static final String NONE = "none";

  @Option(
      names = "--name",
      defaultValue = "${env:SLUICE_EDIT_NAME}",
      description = "What people call it (SLUICE_EDIT_NAME; as it is).")
  private @Nullable String name;

  @Option(
      names = "--sender",
      defaultValue = "${env:SLUICE_EDIT_SENDER}",
      description = "The sender (SLUICE_EDIT_SENDER; as it is).")
  private @Nullable String sender;

  @Option(
      names = "--message",
      paramLabel = "JSON|@FILE",
      defaultValue = "${env:SLUICE_EDIT_MESSAGE}",
      description =
          "The provider's message body without the recipient; @FILE reads it from a file"
              + " (SLUICE_EDIT_MESSAGE; as it is).")
  private @Nullable String message;

  @Option(
      names = "--priority",
      defaultValue = "${env:SLUICE_EDIT_PRIORITY}",
      description = "Its weight beside others of the sender (SLUICE_EDIT_PRIORITY; as it is).")
  private @Nullable Integer priority;

  @Option(
      names = "--scheduled-at",
      paramLabel = "TIME|none",
      defaultValue = "${env:SLUICE_EDIT_SCHEDULED_AT}",
      description =
          "When it starts by itself, like 2027-03-01T09:00:00Z; none for a draft"
              + " (SLUICE_EDIT_SCHEDULED_AT; as it is).")
  private @Nullable String scheduledAt;

  @Option(
      names = "--window",
      paramLabel = "HH:MM-HH:MM|none",
      defaultValue = "${env:SLUICE_EDIT_WINDOW}",
      description =
          "The hours of the day in which it sends, like 09:00-20:00; none for any hour"
              + " (SLUICE_EDIT_WINDOW; as it is).")
  private @Nullable String window;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      defaultValue = "${env:SLUICE_EDIT_TIME_ZONE}",
      description =
          "The zone of the sending hours, and of recipients without one, like America/Sao_Paulo"
              + " (SLUICE_EDIT_TIME_ZONE; as it is).")
  private @Nullable String timeZone;

  @Option(
      names = "--local-time",
      paramLabel = "HH:MM|none",
      defaultValue = "${env:SLUICE_EDIT_LOCAL_TIME}",
      description =
          "When each recipient is sent to, in their own time zone; none for everybody at once"
              + " (SLUICE_EDIT_LOCAL_TIME; as it is).")
  private @Nullable String localTime;

  @Option(
      names = "--on-doubt",
      paramLabel = "HOLD|RESEND",
      defaultValue = "${env:SLUICE_EDIT_ON_DOUBT}",
      description =
          "Whether to send again when it is unknown whether a recipient got the message; RESEND"
              + " means that some may get it twice (SLUICE_EDIT_ON_DOUBT; as it is).")
  private @Nullable String onDoubt;

  @Option(
      names = "--ignore-cap",
      arity = "1",
      paramLabel = "true|false",
      defaultValue = "${env:SLUICE_EDIT_IGNORE_CAP}",
      description =
          "Whether it is sent also to people who have had as many messages as a frequency cap allows"
              + " (SLUICE_EDIT_IGNORE_CAP; as it is).")
  private @Nullable Boolean ignoreCap;

  @Option(
      names = "--external-id",
      paramLabel = "KEY|none",
      defaultValue = "${env:SLUICE_EDIT_EXTERNAL_ID}",
      description =
          "The key by which another program knows it, unique among campaigns"
              + " (SLUICE_EDIT_EXTERNAL_ID; as it is).")
  private @Nullable String externalId;

  /**
   * Returns the given fields; a field to be removed is null.
   *
   * @throws IllegalArgumentException if there are none
   */
  Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    put(body, "name", name);
    put(body, "sender", sender);
    put(body, "message", message == null ? null : MessageArgument.read(message));
    put(body, "priority", priority);
    put(body, "timeZone", timeZone);
    put(body, "ignoreCap", ignoreCap);
    put(body, "onDoubt", onDoubt == null ? null : onDoubt.toUpperCase(Locale.ROOT));
    if (scheduledAt != null) {
      body.put("scheduledAt", isNone(scheduledAt) ? null : Sluice.time(scheduledAt));
    }
    if (localTime != null) {
      body.put("localTime", isNone(localTime) ? null : localTime);
    }
    if (externalId != null) {
      body.put("externalId", isNone(externalId) ? null : externalId);
    }
    if (window != null) {
      SendingHours hours = isNone(window) ? SendingHours.ANY : SendingHours.parse(window);
      body.put("windowStart", hours.start());
      body.put("windowEnd", hours.end());
    }
    if (body.isEmpty()) {
      throw new IllegalArgumentException("nothing is to be changed: give what is");
    }
    return body;
  }

  private static void put(
      Map<String, @Nullable Object> body, String field, @Nullable Object given) {
    if (given != null) {
      body.put(field, given);
    }
  }

  private static boolean isNone(String given) {
    return NONE.equalsIgnoreCase(given);
  }
}
