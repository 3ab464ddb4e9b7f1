package dev.sluice.console.campaign;

import static dev.sluice.schema.CampaignStatus.CANCELLED;
import static dev.sluice.schema.CampaignStatus.COMPLETED;
import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.currentInstant;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sender.TemplateStates;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The campaigns' rows: creates, changes and archives them. */
public final class Campaigns {
  /** States in which a campaign sends nothing and will not start by itself. */
  private static final Set<CampaignStatus> IDLE = EnumSet.of(DRAFT, CANCELLED, COMPLETED);

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

  /** Returns a campaign that is to be created, for its template to be checked before. */
  Creation creation(Draft draft, Optional<IdempotencyKey> request, Caller author) {
    return new Creation(sql, draft, request, author);
  }

  /** Returns a change that is to be made, for the campaign's template to be checked before. */
  Revision revision(UUID id, CampaignChange change, Optional<KnownTime> known, Caller author) {
    return new Revision(sql, rows, id, change, known, author);
  }

  /** Returns the campaign as it would be after a change. */
  static Draft after(DSLContext sql, UUID id, CampaignChange change) {
    return change.of(Draft.of(new CampaignRows(sql).open(id)));
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

  /** Returns the template of a campaign that starts by itself, if it has one. */
  static Optional<TemplateStates.Used> template(DSLContext sql, Draft draft) {
    return draft.scheduledAt() == null || draft.message() == null
        ? Optional.empty()
        : new TemplateStates(sql).used(draft.sender(), draft.message());
  }

  static void requireToCome(Draft draft) {
    Instant scheduledAt = draft.scheduledAt();
    if (scheduledAt != null && scheduledAt.isBefore(Instant.now())) {
      throw ProblemException.badRequest("\"scheduledAt\" lies in the past: " + scheduledAt + ".");
    }
  }

  static ProblemException taken(@Nullable String externalId) {
    return ProblemException.conflict("Another campaign has the externalId \"" + externalId + "\".")
        .with("field", "externalId");
  }
}
