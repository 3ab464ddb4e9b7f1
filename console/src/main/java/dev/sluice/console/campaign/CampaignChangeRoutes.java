package dev.sluice.console.campaign;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.Audit;
import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Unchecked;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.imports.MissingCheck;
import dev.sluice.console.imports.Needs;
import dev.sluice.console.recipient.RecipientStatuses;
import dev.sluice.console.sender.StoppedTemplate;
import dev.sluice.console.sender.TemplateCheck;
import dev.sluice.console.sql.Checks;
import dev.sluice.schema.RecipientStatus;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** {@code /api/campaigns/{id}}: changes, duplicates and archives campaigns. */
public final class CampaignChangeRoutes {
  private final HeldBodies bodies;
  private final Bulkhead changes;
  private final Campaigns campaigns;
  private final CampaignViews views;
  private final CampaignCopies copies;
  private final Checks checks;
  private final MissingCheck missing;
  private final TemplateCheck templates;
  private final Uploads uploads;

  /**
   * Creates the routes.
   *
   * @param changes places of those who change something
   * @param views show campaigns right after a change
   * @param checks count their recipients then
   */
  public CampaignChangeRoutes(
      HeldBodies bodies,
      Bulkhead changes,
      Campaigns campaigns,
      CampaignViews views,
      CampaignCopies copies,
      Checks checks,
      MissingCheck missing,
      TemplateCheck templates,
      Uploads uploads) {
    this.bodies = bodies;
    this.changes = changes;
    this.campaigns = campaigns;
    this.views = views;
    this.copies = copies;
    this.checks = checks;
    this.missing = missing;
    this.templates = templates;
    this.uploads = uploads;
  }

  public void add(RoutesConfig routes) {
    routes.patch("/api/campaigns/{id}", this::change);
    routes.post("/api/campaigns/{id}/duplicate", this::duplicate);
    routes.post("/api/campaigns/{id}/archive", this::archive);
  }

  private void change(Context context) {
    UUID id = JsonHttp.campaignId(context);
    Optional<ReviewedRecipients> reviewed = ReviewedRecipients.of(context);
    Optional<KnownTime> known = KnownTime.of(context);
    CampaignChange change;
    try (HeldBodies.Body body = bodies.take(context)) {
      change = CampaignChange.read(body.bytes());
      campaigns.requireInBounds(change.values());
    }
    if (change.concerns("message") || change.concerns("scheduledAt")) {
      requireVariables(context, id, change);
    }
    Revision revision = campaigns.revision(id, change, known, Caller.of(context));
    StoppedTemplate stopped =
        Stream.of("message", "sender", "scheduledAt").anyMatch(change::concerns)
            ? templates.require(context, () -> changes.run(revision::template))
            : StoppedTemplate.NONE;
    CampaignViews.ChangedRow row =
        changes.run(() ->
            revision.make(inside -> {
              reviewed.ifPresent(recipients -> recipients.require(inside, id));
              stopped.allow(inside);
              return CampaignViews.ChangedRow.read(inside, id);
            }));
    stopped.log(context, "campaign " + id);
    Audit.log(context, "change " + change.given().stream().sorted().toList(), "campaign " + id);
    JsonHttp.json(context, 200, Unchecked.told(context, views.changed(row, checks)));
  }

  /**
   * A campaign with a start time starts by itself, when nobody can be asked. It is read where its
   * recipients are checked, so that a change waits for its turn once.
   */
  private void requireVariables(Context context, UUID id, CampaignChange change) {
    missing.require(
        context,
        id,
        "It starts by itself, so nothing was changed.",
        sql -> {
          Draft after = Campaigns.after(sql, id, change);
          return after.scheduledAt() == null || after.message() == null
              ? null
              : Needs.of(after.message());
        });
  }

  private void duplicate(Context context) {
    UUID id = JsonHttp.campaignId(context);
    Set<RecipientStatus> outcomes =
        RecipientStatuses.outcomes("recipients", context.queryParams("recipients"));
    Optional<IdempotencyKey> request =
        IdempotencyKey.of(
            context, Map.of("duplicate", id, "recipients", outcomes.stream().sorted().toList()));
    Caller author = Caller.of(context);
    CampaignCopies.Made made =
        uploads.inTurn(Uploads.Use.IMPORT, () -> copies.of(id, outcomes, request, author));
    CampaignCopies.Copy copy = made.copy();
    if (made.isNew()) {
      Audit.log(
          context,
          "duplicate with " + copy.recipients() + " recipients into " + copy.id(),
          "campaign " + id);
    }
    context.header("Location", "/api/campaigns/" + copy.id());
    JsonHttp.json(context, 201, copy);
  }

  private void archive(Context context) {
    UUID id = JsonHttp.campaignId(context);
    CampaignViews.ChangedRow row =
        changes.run(
            () -> campaigns.archive(id, inside -> CampaignViews.ChangedRow.read(inside, id)));
    Audit.log(context, "archive", "campaign " + id);
    JsonHttp.json(context, 200, views.changed(row, checks));
  }
}
