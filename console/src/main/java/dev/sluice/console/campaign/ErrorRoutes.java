package dev.sluice.console.campaign;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.KeptAnswers;
import dev.sluice.console.http.Lists;
import dev.sluice.console.recipient.Recipients;
import dev.sluice.schema.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.UUID;

/**
 * {@code /api/campaigns/{id}/errors}: why recipients failed. Each response counts all of them, and
 * a page asks every few seconds while more fail, so all viewers of a campaign share one response.
 */
public final class ErrorRoutes {
  private final CampaignViews views;
  private final Recipients recipients;
  private final Lists lists;
  private final KeptAnswers<byte[]> answers =
      new KeptAnswers<>(Duration.ofSeconds(3), System::nanoTime);

  /** Fewer places than lists have, which must not wait for campaigns with very many failures. */
  private final Bulkhead counting =
      new Bulkhead(
          2,
          Duration.ofSeconds(3),
          "The failures of other campaigns are being counted; try again later.");

  public ErrorRoutes(CampaignViews views, Recipients recipients, Lists lists) {
    this.views = views;
    this.recipients = recipients;
    this.lists = lists;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/errors", this::errors);
  }

  private void errors(Context context) {
    UUID id = JsonHttp.campaignId(context);
    JsonHttp.shared(context, answers.of(id, () -> counting.run(() -> lists.run(() -> read(id)))));
  }

  private byte[] read(UUID id) {
    views.require(id);
    return Json.write(recipients.errors(id));
  }
}
