package dev.sluice.console;

import dev.sluice.schema.CampaignCommand.Action;
import dev.sluice.schema.CampaignStatus;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** {@code /api/campaigns}: create, read, import recipients, command. */
final class CampaignRoutes {
  private static final int LISTED = 200;

  private final Campaigns campaigns;
  private final RecipientImport imports;
  private final Commands commands;

  CampaignRoutes(Campaigns campaigns, RecipientImport imports, Commands commands) {
    this.campaigns = campaigns;
    this.imports = imports;
    this.commands = commands;
  }

  void add(RoutesConfig routes) {
    routes.post("/api/campaigns", this::create);
    routes.get("/api/campaigns", context -> Answer.json(context, 200, campaigns.newest(LISTED)));
    routes.get("/api/campaigns/{id}", this::read);
    routes.post("/api/campaigns/{id}/recipients", this::importRecipients);
    routes.post("/api/campaigns/{id}/start", context -> command(context, Action.START));
    routes.post("/api/campaigns/{id}/pause", context -> command(context, Action.PAUSE));
    routes.post("/api/campaigns/{id}/resume", context -> command(context, Action.RESUME));
    routes.post("/api/campaigns/{id}/cancel", context -> command(context, Action.CANCEL));
  }

  private void create(Context context) {
    UUID id = campaigns.create(Answer.body(context, Campaigns.Draft.class));
    context.header("Location", "/api/campaigns/" + id);
    Answer.json(context, 201, Map.of("id", id));
  }

  private void read(Context context) {
    UUID id = Answer.campaignId(context);
    Answer.json(
        context,
        200,
        campaigns
            .find(id)
            .orElseThrow(() -> ProblemException.notFound("There is no campaign " + id + ".")));
  }

  private void importRecipients(Context context) {
    UUID id = Answer.campaignId(context);
    String type =
        context.contentType() == null ? "" : context.contentType().split(";", 2)[0].strip();
    Iterator<RecipientImport.Row> rows =
        switch (type) {
          case "text/csv" -> new CsvRows(context.bodyInputStream());
          case "application/json" -> new JsonRows(context.bodyInputStream());
          default ->
              throw ProblemException.badRequest(
                  "Send recipients as Content-Type text/csv or application/json, not \""
                      + type
                      + "\".");
        };
    Answer.json(context, 200, imports.run(id, rows));
  }

  private void command(Context context, Action action) {
    UUID id = Answer.campaignId(context);
    CampaignStatus status = campaigns.status(id);
    if (!sensible(action).contains(status)) {
      throw ProblemException.conflict(
          "The campaign is "
              + status
              + "; it cannot be told to "
              + action.name().toLowerCase(java.util.Locale.ROOT)
              + " now.");
    }
    commands.publish(id, action, "console");
    Answer.json(context, 202, Map.of("id", id, "command", action));
  }

  /** The states in which a command makes sense; repeating one that was obeyed does no harm. */
  private static Set<CampaignStatus> sensible(Action action) {
    return switch (action) {
      case START ->
          EnumSet.of(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.SENDING);
      case PAUSE, RESUME -> EnumSet.of(CampaignStatus.SENDING, CampaignStatus.PAUSED);
      case CANCEL ->
          EnumSet.of(CampaignStatus.SENDING, CampaignStatus.PAUSED, CampaignStatus.CANCELLED);
      case RESEND -> EnumSet.of(CampaignStatus.COMPLETED);
    };
  }
}
