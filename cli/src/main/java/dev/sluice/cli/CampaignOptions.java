package dev.sluice.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings of a new campaign. */
final class CampaignOptions {
  @Option(
      names = "--name",
      required = true,
      defaultValue = "${env:SLUICE_CAMPAIGN_NAME}",
      description = "What people call it (SLUICE_CAMPAIGN_NAME).")
  private String name;

  @Option(
      names = "--sender",
      required = true,
      defaultValue = "${env:SLUICE_CAMPAIGN_SENDER}",
      description = "The sender (SLUICE_CAMPAIGN_SENDER).")
  private String sender;

  @Option(
      names = "--message",
      required = true,
      paramLabel = "JSON|@FILE",
      defaultValue = "${env:SLUICE_CAMPAIGN_MESSAGE}",
      description =
          "The provider's message body without the recipient; @FILE reads it from a file"
              + " (SLUICE_CAMPAIGN_MESSAGE).")
  private String message;

  @Option(
      names = "--priority",
      defaultValue = "${env:SLUICE_CAMPAIGN_PRIORITY:-1}",
      description =
          "Its weight beside others of the sender (SLUICE_CAMPAIGN_PRIORITY;"
              + " ${DEFAULT-VALUE}).")
  private int priority;

  @Option(
      names = "--scheduled-at",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_CAMPAIGN_SCHEDULED_AT}",
      description =
          "When it starts by itself, like 2027-03-01T09:00:00Z"
              + " (SLUICE_CAMPAIGN_SCHEDULED_AT; when told to).")
  private @Nullable Instant scheduledAt;

  @Option(
      names = "--window",
      paramLabel = "HH:MM-HH:MM",
      defaultValue = "${env:SLUICE_CAMPAIGN_WINDOW}",
      description =
          "The hours of the day in which it sends, like 09:00-20:00; may reach over"
              + " midnight (SLUICE_CAMPAIGN_WINDOW; any hour).")
  private @Nullable String window;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      defaultValue = "${env:SLUICE_CAMPAIGN_TIME_ZONE:-UTC}",
      description =
          "The zone of the sending hours, and of recipients without one, like America/Sao_Paulo"
              + " (SLUICE_CAMPAIGN_TIME_ZONE;"
              + " ${DEFAULT-VALUE}).")
  private String timeZone;

  @Option(
      names = "--local-time",
      paramLabel = "HH:MM",
      defaultValue = "${env:SLUICE_CAMPAIGN_LOCAL_TIME}",
      description =
          "When each recipient is sent to, in their own time zone; give it before adding recipients"
              + " (SLUICE_CAMPAIGN_LOCAL_TIME; everybody at once).")
  private @Nullable String localTime;

  @Option(
      names = "--on-doubt",
      paramLabel = "HOLD|RESEND",
      defaultValue = "${env:SLUICE_CAMPAIGN_ON_DOUBT:-HOLD}",
      description =
          "Whether to send again when it is unknown whether a recipient got the message; RESEND"
              + " means that some may get it twice (SLUICE_CAMPAIGN_ON_DOUBT; ${DEFAULT-VALUE}).")
  private String onDoubt;

  @Option(
      names = "--ignore-cap",
      defaultValue = "${env:SLUICE_CAMPAIGN_IGNORE_CAP:-false}",
      fallbackValue = "true",
      description =
          "Send also to people who have had as many messages as a frequency cap allows"
              + " (SLUICE_CAMPAIGN_IGNORE_CAP; ${DEFAULT-VALUE}).")
  private boolean ignoreCap;

  @Option(
      names = "--external-id",
      paramLabel = "KEY",
      defaultValue = "${env:SLUICE_CAMPAIGN_EXTERNAL_ID}",
      description =
          "The key by which another program knows it, unique among campaigns"
              + " (SLUICE_CAMPAIGN_EXTERNAL_ID; none).")
  private @Nullable String externalId;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      defaultValue = "${env:SLUICE_CAMPAIGN_IDEMPOTENCY_KEY}",
      description =
          "A mark of this call, by which repeating it creates no second campaign"
              + " (SLUICE_CAMPAIGN_IDEMPOTENCY_KEY; none).")
  private @Nullable String idempotencyKey;

  // picocli sets the options before they are read.
  @SuppressWarnings("NullAway.Init")
  CampaignOptions() {}

  /** Returns the headers of the request that creates it. */
  Map<String, String> headers() {
    return idempotencyKey == null ? Map.of() : Map.of("Idempotency-Key", idempotencyKey);
  }

  /** Returns the body of the request that creates it. */
  Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("name", name);
    body.put("sender", sender);
    body.put("message", MessageArgument.read(message));
    body.put("priority", priority);
    body.put("scheduledAt", scheduledAt);
    body.put("timeZone", timeZone);
    body.put("localTime", localTime);
    body.put("externalId", externalId);
    if (ignoreCap) {
      body.put("ignoreCap", true);
    }
    body.put("onDoubt", onDoubt.toUpperCase(Locale.ROOT));
    if (window != null) {
      SendingHours hours = SendingHours.parse(window);
      body.put("windowStart", hours.start());
      body.put("windowEnd", hours.end());
    }
    return body;
  }
}
