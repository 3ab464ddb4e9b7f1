package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.Audit;
import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Unchecked;
import dev.sluice.console.imports.MissingCheck;
import dev.sluice.console.output.CommandPublisher;
import dev.sluice.console.recipient.RecipientStatuses;
import dev.sluice.console.sender.StoppedTemplate;
import dev.sluice.console.sender.TemplateCheck;
import dev.sluice.console.sql.Checks;
import dev.sluice.schema.CampaignCommand.Action;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/campaigns/{id}/…}: starts, pauses, resumes, cancels and resends campaigns. */
public final class CampaignCommandRoutes {
  private final HeldBodies bodies;
  private final CampaignRows rows;
  private final Bulkhead changes;
  private final Approvals approvals;
  private final CommandPublisher commands;
  private final Checks checks;
  private final MissingCheck missing;
  private final TemplateCheck templates;
  private final Selections selections;

  /**
   * Creates the routes.
   *
   * @param rows are read on connections that only commands use, as a pause must not wait for one
   * @param changes places of those who change something
   * @param changing are written, on connections for changes
   * @param checks count recipients
   */
  public CampaignCommandRoutes(
      HeldBodies bodies,
      CampaignRows rows,
      Bulkhead changes,
      CampaignRows changing,
      CommandPublisher commands,
      Checks checks,
      MissingCheck missing,
      TemplateCheck templates,
      Selections selections) {
    this.bodies = bodies;
    this.rows = rows;
    this.changes = changes;
    this.approvals = new Approvals(changing);
    this.commands = commands;
    this.checks = checks;
    this.missing = missing;
    this.templates = templates;
    this.selections = selections;
  }

  public void add(RoutesConfig routes) {
    routes.post("/api/campaigns/{id}/start", context -> command(context, Action.START));
    routes.post("/api/campaigns/{id}/pause", context -> command(context, Action.PAUSE));
    routes.post("/api/campaigns/{id}/resume", context -> command(context, Action.RESUME));
    routes.post("/api/campaigns/{id}/cancel", context -> command(context, Action.CANCEL));
    routes.post("/api/campaigns/{id}/resend", this::resend);
  }

  /**
   * Resends to failed recipients; to unconfirmed ones only if they are named, as some may get the
   * message twice.
   */
  private void resend(Context context) {
    Set<RecipientStatus> statuses = RecipientStatuses.of("status", context.queryParams("status"));
    if (!Set.of(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED).containsAll(statuses)) {
      throw ProblemException.badRequest(
          "Only FAILED recipients can be sent to once more, and UNCONFIRMED ones, some of whom"
              + " may then get it twice.");
    }
    ResendWish wish = wish(context).requireOne();
    Set<String> reasons = wish.codes();
    Set<RecipientStatus> wanted =
        statuses.isEmpty() ? EnumSet.of(RecipientStatus.FAILED) : statuses;
    UUID id = JsonHttp.campaignId(context);
    requireSensible(id, Action.RESEND);
    Optional<Selection> selection = selections.of(id, wish);
    CommandPublisher.Resend resend =
        new CommandPublisher.Resend(
            wanted, reasons, selection.map(some -> some.having(wanted)).orElse(null));
    if (resend.recipients() != null && resend.recipients().isEmpty()) {
      throw ProblemException.conflict("None of these recipients can be sent to once more.");
    }
    StoppedTemplate stopped = templates.require(context, id);
    templates.allow(stopped);
    stopped.log(context, "campaign " + id);
    commands.resend(id, Audit.who(context), resend);
    Audit.log(context, "resend " + resend, "campaign " + id);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("command", Action.RESEND);
    selection.map(some -> some.told(wanted)).ifPresent(answer::putAll);
    JsonHttp.json(context, 202, Unchecked.told(context, answer));
  }

  private ResendWish wish(Context context) {
    try (HeldBodies.Body body = bodies.take(context)) {
      return body.bytes().length == 0 ? ResendWish.ALL : ResendWish.read(body.bytes());
    }
  }

  private CampaignStatus requireSensible(UUID id, Action action) {
    CampaignStatus status = rows.read(id, CAMPAIGN.STATUS);
    if (!sensible(action).contains(status)) {
      throw ProblemException.conflict(
          "The campaign is "
              + status
              + "; it cannot be told to "
              + action.name().toLowerCase(Locale.ROOT)
              + " now.");
    }
    return status;
  }

  private void command(Context context, Action action) {
    UUID id = JsonHttp.campaignId(context);
    Optional<ReviewedRecipients> reviewed =
        action == Action.START ? ReviewedRecipients.of(context) : Optional.empty();
    CampaignStatus status = requireSensible(id, action);
    boolean begins = action == Action.START && CampaignRows.isOpen(status);
    Caller caller = Caller.of(context);
    if (begins && caller.needsFourEyes()) {
      // Before the template, which a caller who may not start must not allow for everybody.
      FourEyes.of(rows.open(id)).requireStart(caller);
    }
    if (begins) {
      missing.require(context, id, "It was not started.");
    }
    StoppedTemplate stopped =
        makesSend(action) && status != CampaignStatus.SENDING
            ? templates.require(context, id)
            : StoppedTemplate.NONE;
    if (begins) {
      reviewed.ifPresentOrElse(
          recipients -> requireReviewed(id, recipients), () -> rows.requireNoImport(id));
    }
    Optional<String> approver = begins ? approver(id, caller) : Optional.empty();
    templates.allow(stopped);
    stopped.log(context, "campaign " + id);
    String who = Audit.who(context);
    if (begins) {
      commands.start(
          id, who, approver.orElse(null), reviewed.map(ReviewedRecipients::number).orElse(null));
    } else {
      commands.publish(id, action, who);
    }
    Audit.log(context, action.name().toLowerCase(Locale.ROOT), "campaign " + id);
    JsonHttp.json(context, 202, Unchecked.told(context, Map.of("id", id, "command", action)));
  }

  /** Where recipients are counted, no pause waits for a connection. */
  private void requireReviewed(UUID id, ReviewedRecipients reviewed) {
    boolean counted =
        checks
            .ifFree(sql -> {
              new CampaignRows(sql).withoutImport(id, inside -> reviewed.require(inside, id));
              return true;
            })
            .orElse(false);
    if (!counted) {
      throw ReviewedRecipients.uncounted();
    }
  }

  /** An approval writes to the campaign's row, for which it may have to wait, unlike commands. */
  private Optional<String> approver(UUID id, Caller caller) {
    return caller.needsFourEyes()
        ? Optional.of(changes.run(() -> approvals.approve(id, caller)))
        : Optional.empty();
  }

  private static boolean makesSend(Action action) {
    return switch (action) {
      case START, RESUME, RESEND, RESEND_SELECTED -> true;
      case PAUSE, CANCEL -> false;
    };
  }

  /**
   * Returns the states in which a command makes sense; repeating one that was carried out does no
   * harm.
   */
  private static Set<CampaignStatus> sensible(Action action) {
    return switch (action) {
      case START ->
          EnumSet.of(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.SENDING);
      case PAUSE, RESUME -> EnumSet.of(CampaignStatus.SENDING, CampaignStatus.PAUSED);
      case CANCEL -> EnumSet.complementOf(EnumSet.of(CampaignStatus.COMPLETED));
      case RESEND, RESEND_SELECTED -> EnumSet.of(CampaignStatus.COMPLETED);
    };
  }
}
