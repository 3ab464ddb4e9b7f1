package dev.sluice.console.campaign;

import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.CampaignStatus.SCHEDULED;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sender.TemplateStates;
import dev.sluice.console.sql.Briefly;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** One request for a new campaign: it is checked as a whole once, before its template is. */
final class Creation {
  /** How long a new campaign waits for others; the same request may have come twice at once. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final DSLContext sql;
  private final Draft draft;
  private final Optional<IdempotencyKey> request;
  private final Caller author;
  private @Nullable Map<Field<?>, @Nullable Object> columns;

  Creation(DSLContext sql, Draft draft, Optional<IdempotencyKey> request, Caller author) {
    this.sql = sql;
    this.draft = draft;
    this.request = request;
    this.author = author;
  }

  /**
   * A campaign that was requested.
   *
   * @param isNew whether this request created it
   */
  record Created(UUID id, boolean isNew) {}

  /**
   * Returns the template of a campaign that starts by itself; empty if it has none, or if the same
   * request has created it before.
   */
  Optional<TemplateStates.Used> template() {
    if (before().isPresent()) {
      return Optional.empty();
    }
    FourEyes.requireNoStart(author);
    // Faults of the draft itself are reported first.
    columns();
    return Campaigns.template(sql, draft);
  }

  /**
   * Creates the campaign, or finds the one that the same request has created before.
   *
   * @param also is stored together with a new one
   */
  Created create(Consumer<DSLContext> also) {
    Optional<UUID> before = before();
    if (before.isPresent()) {
      return new Created(before.get(), false);
    }
    if (draft.scheduledAt() != null) {
      FourEyes.requireNoStart(author);
    }
    Optional<UUID> id = insert(also);
    if (id.isPresent()) {
      return new Created(id.get(), true);
    }
    // The same request arrived twice at once, or another campaign has the external id.
    return before()
        .map(other -> new Created(other, false))
        .orElseThrow(() -> Campaigns.taken(draft.externalId()));
  }

  private Optional<UUID> before() {
    return request.flatMap(key -> key.campaign(sql));
  }

  private Map<Field<?>, @Nullable Object> columns() {
    Map<Field<?>, @Nullable Object> known = columns;
    if (known == null) {
      TimeZones.requireRegion(draft.timeZone());
      known = DraftColumns.of(sql, draft);
      columns = known;
    }
    // Its time may have come while its template was checked.
    Campaigns.requireToCome(draft);
    return known;
  }

  private Optional<UUID> insert(Consumer<DSLContext> also) {
    Map<Field<?>, @Nullable Object> row = columns();
    return Briefly.change(
        sql,
        PATIENCE,
        Creation::undecided,
        inside -> {
          Optional<UUID> id =
              inside
                  .insertInto(CAMPAIGN)
                  .set(row)
                  .set(CAMPAIGN.STATUS, draft.scheduledAt() == null ? DRAFT : SCHEDULED)
                  .set(CAMPAIGN.IDEMPOTENCY_KEY, request.map(IdempotencyKey::key).orElse(null))
                  .set(CAMPAIGN.REQUEST_HASH, request.map(IdempotencyKey::requestHash).orElse(null))
                  .set(CAMPAIGN.AUTHORS, FourEyes.first(author))
                  .onConflictDoNothing()
                  .returning(CAMPAIGN.ID)
                  .fetchOptional(CAMPAIGN.ID);
          if (id.isPresent()) {
            also.accept(inside);
          }
          return id;
        });
  }

  /** Not a conflict, which is final: the other transaction may be rolled back. */
  private static ProblemException undecided() {
    return ProblemException.unavailable(
        "Another program is creating a campaign with the same externalId or Idempotency-Key, or"
            + " has locked the sender, and has not ended its transaction; nothing was created. Try"
            + " again in a moment.");
  }
}
