package dev.sluice.console.campaign;

import static dev.sluice.schema.CampaignStatus.CANCELLED;
import static dev.sluice.schema.CampaignStatus.COMPLETED;
import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.CampaignStatus.SCHEDULED;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.currentInstant;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sender.TemplateStates;
import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.jooq.tables.records.CampaignRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** The campaigns' rows: creates, changes and archives them. */
public final class Campaigns {
  /** States in which a campaign sends nothing and will not start by itself. */
  private static final Set<CampaignStatus> IDLE = EnumSet.of(DRAFT, CANCELLED, COMPLETED);

  /** PostgreSQL's SQLSTATE for a key that another row has. */
  private static final String UNIQUE_VIOLATION = "23505";

  /** How long a new campaign waits for others; the same request may have come twice at once. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final DSLContext sql;
  private final CampaignRows rows;
  private final int longestName;
  private final int largestMessage;

  public Campaigns(DSLContext sql, CampaignRows rows, int longestName, int largestMessage) {
    this.sql = sql;
    this.rows = rows;
    this.longestName = longestName;
    this.largestMessage = largestMessage;
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

  private Map<Field<?>, @Nullable Object> columns(Draft draft) {
    TimeZones.requireRegion(draft.timeZone());
    Map<Field<?>, @Nullable Object> columns = DraftColumns.of(sql, draft);
    requireToCome(draft);
    return columns;
  }

  /**
   * Returns the template of a campaign that is about to be created and starts by itself; empty if
   * it has none, or if the same request has created it before.
   */
  Optional<TemplateStates.Used> template(
      Draft draft, Optional<IdempotencyKey> request, Caller author) {
    if (request.flatMap(key -> key.campaign(sql)).isPresent()) {
      return Optional.empty();
    }
    FourEyes.requireNoStart(author);
    // What is wrong with the draft itself is told first.
    columns(draft);
    return template(draft);
  }

  /** Returns the template of a campaign that starts by itself after a change, if it has one. */
  Optional<TemplateStates.Used> template(UUID id, CampaignChange change) {
    return template(after(sql, id, change));
  }

  private Optional<TemplateStates.Used> template(Draft draft) {
    return draft.scheduledAt() == null || draft.message() == null
        ? Optional.empty()
        : new TemplateStates(sql).used(draft.sender(), draft.message());
  }

  private Optional<UUID> insert(Draft draft, Optional<IdempotencyKey> request, Caller author) {
    Map<Field<?>, @Nullable Object> columns = columns(draft);
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
  static Draft after(DSLContext sql, UUID id, CampaignChange change) {
    return change.of(Draft.of(new CampaignRows(sql).open(id)));
  }

  /**
   * Changes a campaign that has not started, and makes it visible again if it was archived. Refuses
   * to while recipients are added to it.
   *
   * @param answer reads what is shown of it, while nobody else can change it
   */
  <T> T change(UUID id, CampaignChange change, Caller author, Function<DSLContext, T> answer) {
    try {
      return rows.changeOpen(id, (inside, row) -> columns(inside, row, change, author), answer);
    } catch (DataAccessException e) {
      throw UNIQUE_VIOLATION.equals(e.sqlState()) ? taken(change.values().externalId()) : e;
    }
  }

  private static Map<Field<?>, @Nullable Object> columns(
      DSLContext inside, CampaignRecord row, CampaignChange change, Caller author) {
    Draft before = Draft.of(row);
    Draft draft = change.of(before);
    if (draft.localTime() != null) {
      if (before.localTime() == null) {
        requireNoRecipients(inside, row.getId(), "localTime");
      } else if (change.concerns("timeZone")
          && !DraftColumns.zone(draft.timeZone()).equals(before.timeZone())) {
        requireNoRecipients(inside, row.getId(), "timeZone");
      }
    }
    Map<Field<?>, @Nullable Object> columns = DraftColumns.of(inside, draft);
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
    return columns;
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
   * Archives a campaign that sends nothing and will not start by itself; nothing is deleted.
   *
   * @param answer reads what is shown of it
   */
  <T> T archive(UUID id, Function<DSLContext, T> answer) {
    return rows.change(
        id,
        (inside, row) -> {
          if (!IDLE.contains(row.getStatus())) {
            throw ProblemException.conflict(
                "The campaign is "
                    + row.getStatus()
                    + "; only drafts and campaigns that have ended can be archived.");
          }
          return Map.of(CAMPAIGN.ARCHIVED_AT, coalesce(CAMPAIGN.ARCHIVED_AT, currentInstant()));
        },
        answer);
  }

  private static void requireToCome(Draft draft) {
    Instant scheduledAt = draft.scheduledAt();
    if (scheduledAt != null && scheduledAt.isBefore(Instant.now())) {
      throw ProblemException.badRequest("\"scheduledAt\" lies in the past: " + scheduledAt + ".");
    }
  }

  private static ProblemException taken(@Nullable String externalId) {
    return ProblemException.conflict("Another campaign has the externalId \"" + externalId + "\".")
        .with("field", "externalId");
  }
}
