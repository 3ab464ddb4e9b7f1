package dev.sluice.console;

import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.CampaignStatus.SCHEDULED;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageRules;
import dev.sluice.schema.OnDoubt;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The campaigns' rows, as people make and command them. */
final class Campaigns {
  private final DSLContext sql;
  private final Bounds bounds;

  Campaigns(DSLContext sql, Bounds bounds) {
    this.sql = sql;
    this.bounds = bounds;
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
    if (name.codePointCount(0, name.length()) > bounds.name()) {
      throw ProblemException.badRequest("\"name\" has at most " + bounds.name() + " characters.");
    }
    String sender = required("sender", draft.sender());
    JsonNode message = draft.message();
    if (message == null || !message.isObject()) {
      throw ProblemException.badRequest(
          "\"message\" must be the provider's message body, an object.");
    }
    if (Json.write(message).length > bounds.message()) {
      throw ProblemException.badRequest(
          "\"message\" has at most " + bounds.message() + " bytes of JSON.");
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

  CampaignStatus status(UUID id) {
    return sql.select(CAMPAIGN.STATUS)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(id))
        .fetchOptional(CAMPAIGN.STATUS)
        .orElseThrow(() -> ProblemException.notFound("There is no campaign " + id + "."));
  }
}
