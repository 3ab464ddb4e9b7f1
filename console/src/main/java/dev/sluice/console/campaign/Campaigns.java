package dev.sluice.console.campaign;

import static dev.sluice.schema.CampaignStatus.CANCELLED;
import static dev.sluice.schema.CampaignStatus.COMPLETED;
import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.CampaignStatus.SCHEDULED;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.currentInstant;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.imports.ExternalId;
import dev.sluice.console.sql.Briefly;
import dev.sluice.providers.Providers;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.jooq.tables.records.CampaignRecord;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The campaigns' rows: creates, changes and archives them. */
public final class Campaigns {
  /** States in which a campaign sends nothing and will not start by itself. */
  private static final Set<CampaignStatus> IDLE = EnumSet.of(DRAFT, CANCELLED, COMPLETED);

  /** PostgreSQL's SQLSTATEs for a key that another row has, and for a locked row. */
  private static final String UNIQUE_VIOLATION = "23505";

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** How long a new campaign waits for others; the same request may have come twice at once. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final DSLContext sql;
  private final int longestName;
  private final int largestMessage;

  public Campaigns(DSLContext sql, int longestName, int largestMessage) {
    this.sql = sql;
    this.longestName = longestName;
    this.largestMessage = largestMessage;
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
      @Nullable String timeZone,
      @Nullable LocalTime localTime,
      @Nullable Boolean ignoreCap,
      @Nullable String externalId) {

    /** Returns the same with another start time. */
    Draft at(@Nullable Instant time) {
      return new Draft(
          name,
          sender,
          message,
          priority,
          onDoubt,
          time,
          windowStart,
          windowEnd,
          timeZone,
          localTime,
          ignoreCap,
          externalId);
    }
  }

  /**
   * A campaign that was requested.
   *
   * @param isNew whether this request created it
   */
  record Created(UUID id, boolean isNew) {}

  /**
   * Checks the sizes of a draft, before anything waits for it or stores it.
   *
   * @return the same draft
   */
  Draft requireInBounds(Draft draft) {
    String name = draft.name() == null ? "" : draft.name().strip();
    if (name.codePointCount(0, name.length()) > longestName) {
      throw ProblemException.field("name", "has at most " + longestName + " characters");
    }
    if (draft.message() != null && Json.write(draft.message()).length > largestMessage) {
      throw ProblemException.field("message", "has at most " + largestMessage + " bytes of JSON");
    }
    return draft;
  }

  /** Creates a campaign, or finds the one that the same request has created before. */
  Created create(Draft draft, Optional<IdempotencyKey> request, Caller author) {
    Optional<UUID> before = request.flatMap(key -> key.campaign(sql));
    if (before.isPresent()) {
      return new Created(before.get(), false);
    }
    if (draft.scheduledAt() != null) {
      FourEyes.requireNoStart(author);
    }
    Optional<UUID> id = insert(draft, request, author);
    if (id.isPresent()) {
      return new Created(id.get(), true);
    }
    // The same request arrived twice at once, or another campaign has the external id.
    return request
        .flatMap(key -> key.campaign(sql))
        .map(other -> new Created(other, false))
        .orElseThrow(() -> taken(draft.externalId()));
  }

  private Optional<UUID> insert(Draft draft, Optional<IdempotencyKey> request, Caller author) {
    TimeZones.requireRegion(draft.timeZone());
    Map<Field<?>, @Nullable Object> columns = columns(sql, draft);
    requireToCome(draft);
    return Briefly.change(
        sql,
        PATIENCE,
        Campaigns::undecided,
        inside ->
            inside
                .insertInto(CAMPAIGN)
                .set(columns)
                .set(CAMPAIGN.STATUS, draft.scheduledAt() == null ? DRAFT : SCHEDULED)
                .set(CAMPAIGN.IDEMPOTENCY_KEY, request.map(IdempotencyKey::key).orElse(null))
                .set(CAMPAIGN.REQUEST_HASH, request.map(IdempotencyKey::requestHash).orElse(null))
                .set(CAMPAIGN.AUTHORS, FourEyes.first(author))
                .onConflictDoNothing()
                .returning(CAMPAIGN.ID)
                .fetchOptional(CAMPAIGN.ID));
  }

  /** Not a conflict, which is final: the other transaction may be rolled back. */
  private static ProblemException undecided() {
    return ProblemException.unavailable(
        "Another program is creating a campaign with the same externalId or Idempotency-Key, or"
            + " has locked the sender, and has not ended its transaction; nothing was created. Try"
            + " again in a moment.");
  }

  /** Returns the campaign as it would be after a change. */
  Draft after(UUID id, CampaignChange change) {
    return change.of(draft(open(id, sql.selectFrom(CAMPAIGN).where(CAMPAIGN.ID.eq(id)))));
  }

  /**
   * Changes a campaign that has not started, and makes it visible again if it was archived. Refuses
   * to while recipients are added to it.
   *
   * @param answer reads what is shown of it, while nobody else can change it
   */
  <T> T change(UUID id, CampaignChange change, Caller author, Function<DSLContext, T> answer) {
    try {
      return sql.transactionResult(transaction -> {
        DSLContext inside = transaction.dsl();
        waitBriefly(inside);
        requireNoImport(inside, id);
        CampaignRecord row =
            open(id, inside.selectFrom(CAMPAIGN).where(CAMPAIGN.ID.eq(id)).forNoKeyUpdate());
        Draft before = draft(row);
        Draft draft = change.of(before);
        if (draft.localTime() != null) {
          if (before.localTime() == null) {
            requireNoRecipients(inside, id, "localTime");
          } else if (change.concerns("timeZone")
              && !zone(draft.timeZone()).equals(before.timeZone())) {
            requireNoRecipients(inside, id, "timeZone");
          }
        }
        Map<Field<?>, @Nullable Object> columns = columns(inside, draft);
        columns.putAll(
            FourEyes.of(row).after(change.forApproval(row.getStatus(), before, draft), author));
        if (change.concerns("timeZone")) {
          TimeZones.requireRegion(draft.timeZone());
        }
        if (change.concerns("scheduledAt")) {
          requireToCome(draft);
          columns.put(CAMPAIGN.STATUS, draft.scheduledAt() == null ? DRAFT : SCHEDULED);
        }
        columns.put(CAMPAIGN.ARCHIVED_AT, null);
        inside.update(CAMPAIGN).set(columns).where(CAMPAIGN.ID.eq(id)).execute();
        return answer.apply(inside);
      });
    } catch (DataAccessException e) {
      throw switch (e.sqlState()) {
        case UNIQUE_VIOLATION -> taken(change.values().externalId());
        case LOCK_NOT_AVAILABLE -> held();
        default -> e;
      };
    }
  }

  /** Returns the row of a campaign that has not started. */
  private static CampaignRecord open(UUID id, ResultQuery<CampaignRecord> query) {
    CampaignRecord row = query.fetchOptional().orElseThrow(() -> notFound(id));
    if (!isOpen(row.getStatus())) {
      throw ProblemException.conflict(
          "The campaign is " + row.getStatus() + ": it is fixed once it has started.");
    }
    return row;
  }

  /** Reads the draft from its row. */
  private static Draft draft(CampaignRecord row) {
    return new Draft(
        row.getName(),
        row.getSenderId(),
        Json.MAPPER.readTree(row.getMessage().data()),
        row.getPriority(),
        row.getOnDoubt(),
        row.getScheduledAt(),
        row.getWindowStart(),
        row.getWindowEnd(),
        row.getTimeZone(),
        row.getLocalTime(),
        row.getIgnoreCap(),
        row.getExternalId());
  }

  /** Waits long enough for another change of the same campaign; other changes need connections. */
  private static void waitBriefly(DSLContext inside) {
    inside.setLocal(DSL.name("lock_timeout"), DSL.inline("100ms")).execute();
  }

  /**
   * An import shares the row with other imports and is not waited for, unlike another change. Each
   * change meanwhile would lengthen what the foreign key of each of its recipients walks.
   */
  private static void requireNoImport(DSLContext inside, UUID id) {
    var row = inside.selectOne().from(CAMPAIGN).where(CAMPAIGN.ID.eq(id));
    boolean free = !row.forNoKeyUpdate().skipLocked().fetch().isEmpty();
    if (!free && !row.forShare().skipLocked().fetch().isEmpty()) {
      throw ProblemException.conflict(
          "Recipients are being added to the campaign just now. It can be changed and archived once"
              + " they are there; try again in a moment.");
    }
  }

  /**
   * Time zones are found while recipients are added, only for a campaign that needs them, and often
   * guessed by its own.
   */
  private static void requireNoRecipients(DSLContext inside, UUID id, String field) {
    if (inside.fetchExists(CAMPAIGN_RECIPIENT, CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(id))) {
      throw ProblemException.conflict(
              "The campaign has recipients, and their time zones are found while they are added."
                  + " Give \""
                  + field
                  + "\" before: duplicate the campaign without its recipients, and add them to the"
                  + " copy once it is changed.")
          .with("field", field);
    }
  }

  /**
   * Approves the start of a campaign, which nobody changes from then on.
   *
   * @return who has approved it
   * @throws ProblemException 403 if this person may not start it
   */
  String approve(UUID id, Caller person) {
    String name = person.name().orElseThrow();
    write(
        id,
        row -> {
          FourEyes.of(row).requireStart(person);
          return Map.of(CAMPAIGN.APPROVED_BY, name);
        });
    return name;
  }

  /**
   * Notes who adds recipients to a campaign, if it is a person.
   *
   * @return whether they have written no other part of it
   */
  boolean addAuthor(UUID id, Caller author) {
    String[] authors =
        sql.select(CAMPAIGN.AUTHORS)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(id))
            .fetchOptional(CAMPAIGN.AUTHORS)
            .orElseThrow(() -> notFound(id));
    boolean isNew =
        author.name().filter(name -> !Arrays.asList(authors).contains(name)).isPresent();
    if (isNew) {
      write(
          id,
          row -> {
            FourEyes approval = FourEyes.of(row);
            approval.requireUnapproved(author);
            return Map.of(CAMPAIGN.AUTHORS, approval.with(author));
          });
    }
    return isNew;
  }

  /** Changes columns of a campaign that has not started, while nobody adds recipients. */
  private void write(UUID id, Function<CampaignRecord, Map<Field<?>, Object>> columns) {
    try {
      sql.transaction(transaction -> {
        DSLContext inside = transaction.dsl();
        waitBriefly(inside);
        requireNoImport(inside, id);
        CampaignRecord row =
            open(id, inside.selectFrom(CAMPAIGN).where(CAMPAIGN.ID.eq(id)).forNoKeyUpdate());
        inside.update(CAMPAIGN).set(columns.apply(row)).where(CAMPAIGN.ID.eq(id)).execute();
      });
    } catch (DataAccessException e) {
      throw LOCK_NOT_AVAILABLE.equals(e.sqlState()) ? held() : e;
    }
  }

  /**
   * Archives a campaign that sends nothing and will not start by itself; nothing is deleted.
   *
   * @param answer reads what is shown of it
   */
  <T> T archive(UUID id, Function<DSLContext, T> answer) {
    try {
      return sql.transactionResult(transaction -> {
        DSLContext inside = transaction.dsl();
        waitBriefly(inside);
        requireNoImport(inside, id);
        CampaignStatus status =
            inside
                .select(CAMPAIGN.STATUS)
                .from(CAMPAIGN)
                .where(CAMPAIGN.ID.eq(id))
                .forNoKeyUpdate()
                .fetchOptional(CAMPAIGN.STATUS)
                .orElseThrow(() -> notFound(id));
        if (!IDLE.contains(status)) {
          throw ProblemException.conflict(
              "The campaign is "
                  + status
                  + "; only drafts and campaigns that have ended can be archived.");
        }
        inside
            .update(CAMPAIGN)
            .set(CAMPAIGN.ARCHIVED_AT, coalesce(CAMPAIGN.ARCHIVED_AT, currentInstant()))
            .where(CAMPAIGN.ID.eq(id))
            .execute();
        return answer.apply(inside);
      });
    } catch (DataAccessException e) {
      throw LOCK_NOT_AVAILABLE.equals(e.sqlState()) ? held() : e;
    }
  }

  private static ProblemException held() {
    return ProblemException.conflict(
        "The campaign is being changed or started just now; try again in a moment.");
  }

  private static void requireToCome(Draft draft) {
    Instant scheduledAt = draft.scheduledAt();
    if (scheduledAt != null && scheduledAt.isBefore(Instant.now())) {
      throw ProblemException.badRequest("\"scheduledAt\" lies in the past: " + scheduledAt + ".");
    }
  }

  /** Checks a draft and returns the columns of its row. */
  private Map<Field<?>, @Nullable Object> columns(DSLContext inside, Draft draft) {
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

  private static ProblemException taken(@Nullable String externalId) {
    return ProblemException.conflict("Another campaign has the externalId \"" + externalId + "\".")
        .with("field", "externalId");
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

  /** Returns whether a campaign has not started, so that recipients can be added. */
  static boolean isOpen(CampaignStatus status) {
    return status == DRAFT || status == SCHEDULED;
  }

  private static String zone(@Nullable String name) {
    try {
      return name == null ? "UTC" : ZoneId.of(name).getId();
    } catch (DateTimeException e) {
      throw ProblemException.field("timeZone", "must be a name like America/Sao_Paulo");
    }
  }

  CampaignStatus status(UUID id) {
    return sql.select(CAMPAIGN.STATUS)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(id))
        .fetchOptional(CAMPAIGN.STATUS)
        .orElseThrow(() -> notFound(id));
  }

  private static ProblemException notFound(UUID id) {
    return ProblemException.notFound("There is no campaign " + id + ".");
  }
}
