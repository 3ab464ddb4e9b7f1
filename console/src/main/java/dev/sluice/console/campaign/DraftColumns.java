package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.imports.ExternalId;
import dev.sluice.providers.Providers;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OnDoubt;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks drafts, and makes the columns of their rows of them. */
final class DraftColumns {
  private DraftColumns() {}

  static Map<Field<?>, @Nullable Object> of(DSLContext inside, Draft draft) {
    String name = Fields.required("name", draft.name());
    String sender = Fields.required("sender", draft.sender());
    JsonNode message = draft.message();
    if (message == null || !message.isObject()) {
      throw ProblemException.field("message", "must be the provider's message body, an object");
    }
    requireSendable(message, provider(inside, sender));
    int priority = draft.priority() == null ? 1 : draft.priority();
    if (priority < 1 || priority > 100) {
      throw ProblemException.field("priority", "must be between 1 and 100");
    }
    if ((draft.windowStart() == null) != (draft.windowEnd() == null)) {
      throw ProblemException.badRequest(
          "\"windowStart\" and \"windowEnd\" belong together: give both or none.");
    }
    LocalTime windowStart = stored(draft.windowStart());
    LocalTime windowEnd = stored(draft.windowEnd());
    if (windowStart != null && windowStart.equals(windowEnd)) {
      throw ProblemException.field(
          "windowEnd", "must be another time than \"windowStart\", or nothing would ever be sent");
    }
    Map<Field<?>, @Nullable Object> columns = new LinkedHashMap<>();
    columns.put(CAMPAIGN.NAME, name);
    columns.put(CAMPAIGN.SENDER_ID, sender);
    columns.put(CAMPAIGN.MESSAGE, JSONB.valueOf(Json.MAPPER.writeValueAsString(message)));
    columns.put(CAMPAIGN.PRIORITY, priority);
    columns.put(CAMPAIGN.ON_DOUBT, draft.onDoubt() == null ? OnDoubt.HOLD : draft.onDoubt());
    columns.put(CAMPAIGN.SCHEDULED_AT, Fields.time("scheduledAt", draft.scheduledAt()));
    columns.put(CAMPAIGN.WINDOW_START, windowStart);
    columns.put(CAMPAIGN.WINDOW_END, windowEnd);
    columns.put(CAMPAIGN.TIME_ZONE, zone(draft.timeZone()));
    columns.put(CAMPAIGN.LOCAL_TIME, stored(draft.localTime()));
    columns.put(CAMPAIGN.IGNORE_CAP, Boolean.TRUE.equals(draft.ignoreCap()));
    columns.put(CAMPAIGN.EXTERNAL_ID, externalId(draft.externalId()));
    return columns;
  }

  private static @Nullable String externalId(@Nullable String given) {
    if (given == null) {
      return null;
    }
    String id = given.strip();
    if (id.isEmpty() || !ExternalId.isFine(id)) {
      throw ProblemException.field("externalId", "is not empty and " + ExternalId.RULE);
    }
    return id;
  }

  /** Truncates to PostgreSQL's precision, as rounding up could reach another minute or day. */
  private static @Nullable LocalTime stored(@Nullable LocalTime time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
  }

  private static String provider(DSLContext inside, String sender) {
    return inside
        .select(SENDER.PROVIDER)
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

  private static void requireSendable(JsonNode message, String provider) {
    Fields.storable("message", message);
    new MessageTemplate(message)
        .problem()
        .or(() -> Providers.rules(provider).problem(message))
        .ifPresent(problem -> {
          throw ProblemException.badRequest("\"message\" would be refused: " + problem + ".")
              .with("field", "message");
        });
  }

  static String zone(@Nullable String name) {
    try {
      return name == null ? "UTC" : ZoneId.of(name).getId();
    } catch (DateTimeException e) {
      throw ProblemException.field("timeZone", "must be a name like America/Sao_Paulo");
    }
  }
}
