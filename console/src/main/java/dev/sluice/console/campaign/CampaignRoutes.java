package dev.sluice.console.campaign;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.Audit;
import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Unchecked;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.imports.PhoneBeginnings;
import dev.sluice.console.imports.Reading;
import dev.sluice.console.imports.RecipientImport;
import dev.sluice.console.imports.RowRequest;
import dev.sluice.console.imports.RowRules;
import dev.sluice.console.imports.Rows;
import dev.sluice.console.recipient.RecipientStatuses;
import dev.sluice.console.recipient.Recipients;
import dev.sluice.console.sender.StoppedTemplate;
import dev.sluice.console.sender.TemplateCheck;
import dev.sluice.schema.RecipientStatus;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** {@code /api/campaigns}: creates and reads campaigns, and imports recipients. */
public final class CampaignRoutes {
  private static final int LONGEST_SEARCH = 200;

  private final HeldBodies bodies;
  private final Bulkhead changes;
  private final Campaigns campaigns;
  private final Approvals approvals;
  private final CampaignViews views;
  private final TemplateCheck templates;
  private final Uploads uploads;
  private final RecipientImport imports;
  private final RowRules rules;
  private final Recipients recipients;
  private final PhoneBeginnings beginnings;
  private final Lists lists;

  /** Fewer places than lists have: a search reads up to 100,000 rows. */
  private final Bulkhead searching =
      new Bulkhead(1, Duration.ofSeconds(3), "Others are searching just now; try again later.");

  /**
   * Creates the routes.
   *
   * @param changes places of those who change something
   * @param lists places of readers
   */
  public CampaignRoutes(
      HeldBodies bodies,
      Bulkhead changes,
      Campaigns campaigns,
      CampaignRows rows,
      CampaignViews views,
      TemplateCheck templates,
      Uploads uploads,
      RecipientImport imports,
      RowRules rules,
      Recipients recipients,
      PhoneBeginnings beginnings,
      Lists lists) {
    this.bodies = bodies;
    this.changes = changes;
    this.recipients = recipients;
    this.beginnings = beginnings;
    this.lists = lists;
    this.campaigns = campaigns;
    this.approvals = new Approvals(rows);
    this.views = views;
    this.templates = templates;
    this.uploads = uploads;
    this.imports = imports;
    this.rules = rules;
  }

  public void add(RoutesConfig routes) {
    routes.post("/api/campaigns", this::create);
    routes.get("/api/campaigns", this::list);
    routes.get("/api/campaigns/{id}", this::read);
    routes.post("/api/campaigns/{id}/recipients", this::importRecipients);
    routes.get("/api/campaigns/{id}/recipients", this::recipients);
  }

  private void create(Context context) {
    Draft draft = campaigns.requireInBounds(bodies.read(context, Draft.class));
    Optional<IdempotencyKey> request = IdempotencyKey.of(context, draft);
    Creation creation = campaigns.creation(draft, request, Caller.of(context));
    StoppedTemplate stopped =
        draft.scheduledAt() == null
            ? StoppedTemplate.NONE
            : templates.require(context, () -> changes.run(creation::template));
    Creation.Created created = changes.run(() -> creation.create(stopped::allow));
    UUID id = created.id();
    if (created.isNew()) {
      stopped.log(context, "campaign " + id);
      Audit.log(context, "create", "campaign " + id);
    }
    context.header("Location", "/api/campaigns/" + id);
    JsonHttp.json(context, 201, Unchecked.told(context, Map.of("id", id)));
  }

  private void list(Context context) {
    String after = context.queryParam("after");
    String externalId = context.queryParam("externalId");
    if (externalId != null) {
      String key = Fields.storable("externalId", externalId);
      lists.send(context, () -> views.of(key));
      return;
    }
    CampaignFilter wanted = CampaignFilter.of(context);
    lists.send(
        context,
        () ->
            after == null || after.isEmpty()
                ? views.newest(wanted)
                : views.before(lastSeen(after), wanted));
  }

  private static UUID lastSeen(String after) {
    try {
      return UUID.fromString(after);
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest("\"after\" is the id of the last campaign seen.");
    }
  }

  /** Also accepts the beginning of the id, as logs print it. */
  private void read(Context context) {
    lists.send(context, () -> views.one(views.idOf(context.pathParam("id"))));
  }

  private void importRecipients(Context context) {
    UUID id = JsonHttp.campaignId(context);
    RowRules here = RowRequest.rules(context, rules);
    RecipientImport.Accepted accepted = RecipientImport.Accepted.of(context);
    Caller author = Caller.of(context);
    RecipientImport.Report report =
        uploads.take(
            context,
            Uploads.Use.IMPORT,
            body -> {
              if (author.name().isPresent()) {
                changes.run(() -> approvals.addAuthor(id, author));
              }
              Rows rows = RowRequest.rows(context, body, imports.takesZones(id));
              return imports.run(id, rows, here, accepted, author);
            });
    views.added(id);
    Audit.log(context, "import " + report.accepted() + " recipients", "campaign " + id);
    JsonHttp.json(context, 200, report);
  }

  private void recipients(Context context) {
    UUID id = JsonHttp.campaignId(context);
    String wanted = context.queryParam("status");
    RecipientStatus only = wanted == null ? null : RecipientStatuses.one("status", wanted);
    List<String> numbers = Reading.given(context, "phone").map(beginnings::of).orElse(null);
    String text =
        Reading.given(context, "search")
            .map(given -> Fields.atMost(LONGEST_SEARCH, "search", given))
            .orElse(null);
    long after = lastRecipientSeen(context);
    if (text == null) {
      lists.send(
          context,
          () -> {
            views.require(id);
            return recipients.page(id, only, numbers, after);
          });
      return;
    }
    Object found =
        searching.run(() ->
            lists.run(() -> {
              views.require(id);
              return recipients.containing(id, text, only, numbers, after);
            }));
    JsonHttp.json(context, 200, found);
  }

  /** Returns the recipient after whom a request goes on; 0 if it begins with the first. */
  static long lastRecipientSeen(Context context) {
    try {
      return Reading.given(context, "after").map(Long::parseLong).orElse(0L);
    } catch (NumberFormatException e) {
      throw ProblemException.badRequest("\"after\" is the id of the last recipient seen.");
    }
  }
}
