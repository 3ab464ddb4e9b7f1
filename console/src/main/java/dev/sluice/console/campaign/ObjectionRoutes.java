package dev.sluice.console.campaign;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.imports.Audience;
import dev.sluice.console.imports.Needs;
import dev.sluice.console.imports.Objections;
import dev.sluice.console.imports.Places;
import dev.sluice.console.imports.Reading;
import dev.sluice.console.imports.SendingSpan;
import dev.sluice.console.recipient.RecipientStatuses;
import dev.sluice.console.sender.Billing;
import dev.sluice.console.sql.Deadline;
import dev.sluice.schema.RecipientStatus;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/campaigns/{id}/review} and {@code /api/campaigns/{id}/resend/review}: what speaks
 * against sending a campaign at a moment, or once more, and what it would cost.
 */
public final class ObjectionRoutes {
  private static final int LONGEST_REASON = 200;

  /** How long a campaign is looked through, from when it has the place that others wait for. */
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(4);

  private final HeldBodies bodies;
  private final CampaignViews views;
  private final Lists lists;
  private final Objections objections;
  private final Billing billing;
  private final Selections selections;

  /** Fewer places than lists have, which must not wait for campaigns with very many recipients. */
  private final Bulkhead looking =
      new Bulkhead(
          1, Duration.ofSeconds(3), "Other campaigns are being looked through; try again later.");

  /** Creates the routes. */
  public ObjectionRoutes(
      HeldBodies bodies,
      CampaignViews views,
      Lists lists,
      Objections objections,
      Billing billing,
      Selections selections) {
    this.bodies = bodies;
    this.views = views;
    this.lists = lists;
    this.objections = objections;
    this.billing = billing;
    this.selections = selections;
  }

  public void add(RoutesConfig routes) {
    routes.get("/api/campaigns/{id}/review", this::review);
    routes.post("/api/campaigns/{id}/review", this::reviewChanged);
    routes.post("/api/campaigns/{id}/resend/review", this::reviewSelected);
  }

  private void review(Context context) {
    UUID id = JsonHttp.campaignId(context);
    answer(context, audience(context, id), lists.run(() -> views.draft(id)), new LinkedHashMap<>());
  }

  /** Looks at a resend to those who were selected: who they are, and what it would mean. */
  private void reviewSelected(Context context) {
    UUID id = JsonHttp.campaignId(context);
    Draft draft = lists.run(() -> views.draft(id));
    Selection selection =
        selections
            .of(id, bodies.read(context, ResendWish.class).requireOne())
            .orElseThrow(() -> ProblemException.badRequest("Give \"recipients\" or \"phones\"."));
    Set<RecipientStatus> statuses = statuses(context);
    Set<RecipientStatus> wanted = statuses.isEmpty() ? Set.of(RecipientStatus.FAILED) : statuses;
    answer(
        context, new Audience(id, wanted, null, selection.having(wanted)), draft, selection.told());
  }

  private static Audience audience(Context context, UUID id) {
    Set<RecipientStatus> statuses = statuses(context);
    return statuses.isEmpty() ? Audience.pending(id) : new Audience(id, statuses, reason(context));
  }

  private static Set<RecipientStatus> statuses(Context context) {
    return RecipientStatuses.of("status", context.queryParams("status"));
  }

  /** Looks at a campaign as a change would make it, which is not made. */
  private void reviewChanged(Context context) {
    UUID id = JsonHttp.campaignId(context);
    CampaignChange change;
    try (HeldBodies.Body body = bodies.take(context)) {
      change = CampaignChange.read(body.bytes());
    }
    answer(
        context,
        audience(context, id),
        lists.run(() -> views.draft(id, change)),
        new LinkedHashMap<>());
  }

  private void answer(
      Context context, Audience audience, Draft draft, Map<String, @Nullable Object> known) {
    Instant at = moment(context, "at").orElseGet(Instant::now);
    SendingSpan sending =
        SendingSpan.of(
            at,
            moment(context, "until").orElse(null),
            draft.windowStart(),
            draft.windowEnd(),
            draft.timeZone());
    // Before the place, as the provider may be slow to list its templates.
    Optional<Billing.Category> category =
        objections.priced() ? billing.category(draft.sender(), draft.message()) : Optional.empty();
    JsonHttp.json(
        context,
        200,
        looking.run(() -> {
          Deadline deadline = Deadline.in(LONGEST_LOOK);
          known.putAll(lists.run(() -> find(audience, draft, category, sending, deadline)));
          return known;
        }));
  }

  private static Optional<Instant> moment(Context context, String parameter) {
    return Reading.given(context, parameter).map(text -> Fields.moment(parameter, text));
  }

  private Map<String, @Nullable Object> find(
      Audience audience,
      Draft draft,
      Optional<Billing.Category> category,
      SendingSpan sending,
      Deadline deadline) {
    Optional<Places> places = objections.places(audience, deadline);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    // In a resend, recipients can have had it only from this campaign.
    if (audience.isPending()) {
      UUID id = audience.campaignId();
      answer.put("missing", objections.missing(id, needs(draft), deadline));
      answer.put(
          "repeated",
          Optional.ofNullable(draft.sender())
              .flatMap(sender -> objections.repeated(id, sender, sending.from(), deadline))
              .orElse(null));
    }
    answer.put("night", places.map(found -> objections.night(found, sending)).orElse(null));
    answer.put(
        "cost",
        places
            .flatMap(found -> category.flatMap(known -> objections.cost(found, known.name())))
            .orElse(null));
    return answer;
  }

  private static Needs needs(Draft draft) {
    return draft.message() == null ? Needs.NOTHING : Needs.of(draft.message());
  }

  private static @Nullable String reason(Context context) {
    String reason = context.queryParam("reason");
    return reason == null ? null : Fields.atMost(LONGEST_REASON, "reason", reason);
  }
}
