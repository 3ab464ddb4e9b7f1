package dev.sluice.console;

import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.CampaignStatus.SCHEDULED;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.ControlsView;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageRules;
import dev.sluice.schema.OnDoubt;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The campaigns' rows, as people see and make them. */
final class Campaigns {
  private final DSLContext sql;
  private final ControlsView controls;
  private final DailyUsage usage;

  Campaigns(DSLContext sql, ControlsView controls, DailyUsage usage) {
    this.sql = sql;
    this.controls = controls;
    this.usage = usage;
  }

  /** A campaign to create; the first three are required. */
  record Draft(
      @Nullable String name,
      @Nullable String sender,
      @Nullable JsonNode message,
      @Nullable Integer priority,
      @Nullable OnDoubt onDoubt,
      @Nullable Instant scheduledAt,
      @Nullable LocalTime windowStart,
      @Nullable LocalTime windowEnd,
      @Nullable String timeZone) {}

  UUID create(Draft draft) {
    String name = required("name", draft.name());
    String sender = required("sender", draft.sender());
    JsonNode message = draft.message();
    if (message == null || !message.isObject()) {
      throw ProblemException.badRequest(
          "\"message\" must be the provider's message body, an object.");
    }
    int priority = draft.priority() == null ? 1 : draft.priority();
    if (priority < 1 || priority > 100) {
      throw ProblemException.badRequest("\"priority\" must be between 1 and 100.");
    }
    if ((draft.windowStart() == null) != (draft.windowEnd() == null)) {
      throw ProblemException.badRequest(
          "\"windowStart\" and \"windowEnd\" belong together: give both or none.");
    }
    Instant scheduledAt = draft.scheduledAt();
    if (scheduledAt != null && scheduledAt.isBefore(Instant.now())) {
      throw ProblemException.badRequest("\"scheduledAt\" lies in the past: " + scheduledAt + ".");
    }
    MessageRules.of(provider(sender))
        .problem(message)
        .ifPresent(problem -> {
          throw ProblemException.badRequest("\"message\" would be refused: " + problem + ".");
        });
    return sql.insertInto(CAMPAIGN)
        .set(CAMPAIGN.NAME, name)
        .set(CAMPAIGN.SENDER_ID, sender)
        .set(CAMPAIGN.MESSAGE, JSONB.valueOf(Json.MAPPER.writeValueAsString(message)))
        .set(CAMPAIGN.PRIORITY, priority)
        .set(CAMPAIGN.ON_DOUBT, draft.onDoubt() == null ? OnDoubt.HOLD : draft.onDoubt())
        .set(CAMPAIGN.STATUS, scheduledAt == null ? DRAFT : SCHEDULED)
        .set(CAMPAIGN.SCHEDULED_AT, scheduledAt)
        .set(CAMPAIGN.WINDOW_START, draft.windowStart())
        .set(CAMPAIGN.WINDOW_END, draft.windowEnd())
        .set(CAMPAIGN.TIME_ZONE, zone(draft.timeZone()))
        .returning(CAMPAIGN.ID)
        .fetchSingle(CAMPAIGN.ID);
  }

  private String provider(String sender) {
    return sql.select(SENDER.PROVIDER)
        .from(SENDER)
        .where(SENDER.ID.eq(sender))
        .fetchOptional(SENDER.PROVIDER)
        .orElseThrow(() ->
            ProblemException.badRequest(
                "There is no sender \""
                    + sender
                    + "\"; create it with PUT /api/senders/"
                    + sender
                    + "."));
  }

  private static String required(String field, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw ProblemException.badRequest("\"" + field + "\" is missing.");
    }
    return value.strip();
  }

  private static String zone(@Nullable String name) {
    try {
      return name == null ? "UTC" : ZoneId.of(name).getId();
    } catch (DateTimeException e) {
      throw ProblemException.badRequest(
          "\"timeZone\" must be a name like America/Sao_Paulo, not \"" + name + "\".");
    }
  }

  /** A campaign as the API shows it. */
  Optional<Map<String, @Nullable Object>> find(UUID id) {
    return rows().where(CAMPAIGN.ID.eq(id)).fetchOptional(this::view);
  }

  private SelectOnConditionStep<Record> rows() {
    return sql.select(CAMPAIGN.fields())
        .select(SENDER.RATE_PER_SECOND, SENDER.DAILY_LIMIT)
        .from(CAMPAIGN)
        .join(SENDER)
        .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID));
  }

  CampaignStatus status(UUID id) {
    return sql.select(CAMPAIGN.STATUS)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(id))
        .fetchOptional(CAMPAIGN.STATUS)
        .orElseThrow(() -> ProblemException.notFound("There is no campaign " + id + "."));
  }

  /** The newest campaigns first. */
  List<Map<String, @Nullable Object>> newest(int limit) {
    return rows().orderBy(CAMPAIGN.CREATED_AT.desc(), CAMPAIGN.ID).limit(limit).fetch(this::view);
  }

  private Map<String, @Nullable Object> view(Record row) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", row.get(CAMPAIGN.ID));
    view.put("name", row.get(CAMPAIGN.NAME));
    view.put("senderId", row.get(CAMPAIGN.SENDER_ID));
    view.put("message", Json.MAPPER.readTree(row.get(CAMPAIGN.MESSAGE).data()));
    view.put("status", row.get(CAMPAIGN.STATUS));
    view.put("statusReason", reason(row));
    view.put("permittedPerSecond", row.get(SENDER.RATE_PER_SECOND));
    view.put("priority", row.get(CAMPAIGN.PRIORITY));
    view.put("onDoubt", row.get(CAMPAIGN.ON_DOUBT));
    view.put("scheduledAt", row.get(CAMPAIGN.SCHEDULED_AT));
    view.put("windowStart", row.get(CAMPAIGN.WINDOW_START));
    view.put("windowEnd", row.get(CAMPAIGN.WINDOW_END));
    view.put("timeZone", row.get(CAMPAIGN.TIME_ZONE));
    view.put("round", row.get(CAMPAIGN.ROUND));
    long total = total(row);
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("sent", row.get(CAMPAIGN.SENT));
    counts.put("delivered", row.get(CAMPAIGN.DELIVERED));
    counts.put("read", row.get(CAMPAIGN.READ));
    counts.put("failed", row.get(CAMPAIGN.FAILED));
    counts.put("unconfirmed", row.get(CAMPAIGN.UNCONFIRMED));
    counts.put("suppressed", row.get(CAMPAIGN.SUPPRESSED));
    view.put("total", total);
    view.put("counts", counts);
    view.put("pending", total - counts.values().stream().mapToLong(Long::longValue).sum());
    view.put("createdAt", row.get(CAMPAIGN.CREATED_AT));
    view.put("startedAt", row.get(CAMPAIGN.STARTED_AT));
    view.put("completedAt", row.get(CAMPAIGN.COMPLETED_AT));
    return view;
  }

  /** Why nothing is sent now, if somebody or something holds it. */
  private @Nullable String reason(Record row) {
    Control sender = controls.sender(row.get(CAMPAIGN.SENDER_ID));
    return switch (row.get(CAMPAIGN.STATUS)) {
      case PAUSED, CANCELLED -> controls.campaign(row.get(CAMPAIGN.ID)).reason();
      case SENDING ->
          sender.state() == Control.State.BLOCKED
              ? "the sender is blocked: " + sender.reason()
              : limitReached(row);
      case DRAFT, SCHEDULED, COMPLETED -> null;
    };
  }

  private @Nullable String limitReached(Record row) {
    Integer limit = row.get(SENDER.DAILY_LIMIT);
    return limit != null && usage.inADay(row.get(CAMPAIGN.SENDER_ID)) >= limit
        ? "the sender has written to "
            + limit
            + " different people within 24 hours, its daily limit; it goes on as they fall out of"
            + " the 24 hours"
        : null;
  }

  /** The row holds the total once the campaign has started; before, the recipients are counted. */
  private long total(Record row) {
    return switch (row.get(CAMPAIGN.STATUS)) {
      case DRAFT, SCHEDULED ->
          sql.fetchCount(
              CAMPAIGN_RECIPIENT, CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(row.get(CAMPAIGN.ID)));
      case SENDING, PAUSED, CANCELLED, COMPLETED -> row.get(CAMPAIGN.TOTAL);
    };
  }
}
