package dev.sluice.console.campaign;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.imports.Reading;
import dev.sluice.console.recipient.CappedRecipients;
import dev.sluice.console.recipient.RecipientStatuses;
import dev.sluice.console.recipient.Recipients;
import dev.sluice.schema.RecipientStatus;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/campaigns/{id}/suppressed} and {@code /api/campaigns/{id}/zones}: who would get
 * nothing, and when the others would get it, for people who are about to send a campaign.
 */
public final class ReviewRoutes {
  private final CampaignViews views;
  private final Recipients recipients;
  private final CappedRecipients capped;
  private final ZoneCounts zones;
  private final Lists lists;

  /** Creates the routes, which read on the connections for lists. */
  public ReviewRoutes(
      CampaignViews views,
      Recipients recipients,
      CappedRecipients capped,
      ZoneCounts zones,
      Lists lists) {
    this.views = views;
    this.recipients = recipients;
    this.capped = capped;
    this.zones = zones;
    this.lists = lists;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/suppressed", this::suppressed);
    routes.get("/api/campaigns/{id}/zones", this::zones);
  }

  /**
   * Counts the recipients with a status, and perhaps an error code, that would get nothing if they
   * were sent to.
   */
  private void suppressed(Context context) {
    UUID id = JsonHttp.campaignId(context);
    RecipientStatus status =
        RecipientStatuses.one("status", Reading.given(context, "status").orElse("PENDING"));
    String reason = context.queryParam("reason");
    lists.send(
        context,
        () -> {
          views.require(id);
          Map<String, @Nullable Object> answer = new LinkedHashMap<>();
          answer.put("suppressed", recipients.suppressed(id, status, reason));
          answer.put("capped", capped.count(id, status, reason, Instant.now()).orElse(null));
          return answer;
        });
  }

  private void zones(Context context) {
    UUID id = JsonHttp.campaignId(context);
    Instant at = Reading.given(context, "at").map(text -> Fields.moment("at", text)).orElse(null);
    LocalTime local =
        Reading.given(context, "localTime")
            .map(text -> Fields.timeOfDay("localTime", text))
            .orElse(null);
    lists.send(
        context,
        () -> {
          Map<String, @Nullable Object> answer = new LinkedHashMap<>();
          answer.put("zones", zones.of(id, at, local, Instant.now()).orElse(null));
          return answer;
        });
  }
}
