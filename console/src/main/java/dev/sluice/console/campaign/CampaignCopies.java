package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.access.Caller;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.RecipientStatus;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/** Creates drafts from existing campaigns, with or without their recipients. */
public final class CampaignCopies {
  private static final String SUFFIX = " (copy)";

  /** PostgreSQL's SQLSTATE where another transaction holds a row, or the same new key. */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final DSLContext sql;
  private final int longestName;

  public CampaignCopies(DSLContext sql, int longestName) {
    this.sql = sql;
    this.longestName = longestName;
  }

  /**
   * A new draft.
   *
   * @param recipients how many recipients it has
   */
  record Copy(UUID id, int recipients) {}

  /**
   * A copy that was asked for.
   *
   * @param isNew whether it was not there before
   */
  record Made(Copy copy, boolean isNew) {}

  /**
   * Copies a campaign except for its start time and its external id. Its authors are those of the
   * copy, too, as nobody else has written it.
   *
   * @param outcomes statuses of the recipients to copy; empty to copy no recipients
   */
  Made of(UUID id, Set<RecipientStatus> outcomes, Optional<IdempotencyKey> request, Caller author) {
    try {
      return sql.transactionResult(transaction -> {
        DSLContext inside = transaction.dsl();
        inside.execute("SET LOCAL statement_timeout = '110s'");
        return campaign(inside, id, request, author)
            .map(copy ->
                new Made(
                    new Copy(copy, outcomes.isEmpty() ? 0 : recipients(inside, id, copy, outcomes)),
                    true))
            .orElseGet(() -> before(inside, request.orElseThrow()));
      });
    } catch (DataAccessException e) {
      if (!LOCK_NOT_AVAILABLE.equals(e.sqlState())) {
        throw e;
      }
      throw ProblemException.conflict(
          "The same request is being answered just now; repeat it in a while.");
    }
  }

  private static Made before(DSLContext inside, IdempotencyKey request) {
    UUID copy = request.campaign(inside).orElseThrow();
    int recipients = inside.fetchCount(CAMPAIGN_RECIPIENT, CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(copy));
    return new Made(new Copy(copy, recipients), false);
  }

  /** Returns the new campaign's id, or nothing if the same request has created one. */
  private Optional<UUID> campaign(
      DSLContext inside, UUID id, Optional<IdempotencyKey> request, Caller author) {
    var row =
        inside
            .selectFrom(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(id))
            .fetchOptional()
            .orElseThrow(() -> ProblemException.notFound("There is no campaign " + id + "."));
    int room = Math.max(1, longestName - SUFFIX.length());
    return inside
        .insertInto(CAMPAIGN)
        .set(CAMPAIGN.NAME, Clipped.to(longestName, Clipped.to(room, row.getName()) + SUFFIX))
        .set(CAMPAIGN.SENDER_ID, row.getSenderId())
        .set(CAMPAIGN.MESSAGE, row.getMessage())
        .set(CAMPAIGN.PRIORITY, row.getPriority())
        .set(CAMPAIGN.ON_DOUBT, row.getOnDoubt())
        .set(CAMPAIGN.WINDOW_START, row.getWindowStart())
        .set(CAMPAIGN.WINDOW_END, row.getWindowEnd())
        .set(CAMPAIGN.TIME_ZONE, row.getTimeZone())
        .set(CAMPAIGN.IGNORE_CAP, row.getIgnoreCap())
        .set(CAMPAIGN.LOCAL_TIME, row.getLocalTime())
        .set(CAMPAIGN.IDEMPOTENCY_KEY, request.map(IdempotencyKey::key).orElse(null))
        .set(CAMPAIGN.REQUEST_HASH, request.map(IdempotencyKey::requestHash).orElse(null))
        .set(CAMPAIGN.AUTHORS, FourEyes.of(row).with(author))
        .onConflictDoNothing()
        .returning(CAMPAIGN.ID)
        .fetchOptional(CAMPAIGN.ID);
  }

  /**
   * Copies the recipients in one statement, which sees each of them with one status although
   * statuses change meanwhile.
   */
  private static int recipients(
      DSLContext inside, UUID from, UUID to, Set<RecipientStatus> outcomes) {
    var r = CAMPAIGN_RECIPIENT;
    return inside
        .insertInto(
            r, r.CAMPAIGN_ID, r.PHONE, r.VARIABLES, r.EXTERNAL_ID, r.PROVIDER_USER_ID, r.TIME_ZONE)
        .select(
            select(val(to), r.PHONE, r.VARIABLES, r.EXTERNAL_ID, r.PROVIDER_USER_ID, r.TIME_ZONE)
                .from(r)
                .where(r.CAMPAIGN_ID.eq(from))
                .and(r.STATUS.in(outcomes))
                .orderBy(r.CREATED_AT, r.ID))
        .execute();
  }
}
