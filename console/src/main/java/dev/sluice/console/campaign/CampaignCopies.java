package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.RecipientStatus;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;

/** New drafts made of campaigns that are there, with or without their recipients. */
public final class CampaignCopies {
  private static final String SUFFIX = " (copy)";

  private final DSLContext sql;
  private final int longestName;

  public CampaignCopies(DSLContext sql, int longestName) {
    this.sql = sql;
    this.longestName = longestName;
  }

  /**
   * A new draft.
   *
   * @param recipients how many it has
   */
  record Copy(UUID id, int recipients) {}

  /**
   * Copies what a campaign says, but for its time and its external id.
   *
   * @param outcomes of whom the copy is for, or none for nobody
   */
  Copy of(UUID id, Set<RecipientStatus> outcomes) {
    return sql.transactionResult(transaction -> {
      DSLContext inside = transaction.dsl();
      UUID copy = campaign(inside, id);
      return new Copy(copy, outcomes.isEmpty() ? 0 : recipients(inside, id, copy, outcomes));
    });
  }

  private UUID campaign(DSLContext inside, UUID id) {
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
        .returning(CAMPAIGN.ID)
        .fetchSingle(CAMPAIGN.ID);
  }

  /** In one statement, which sees everybody with one status although they change meanwhile. */
  private static int recipients(
      DSLContext inside, UUID from, UUID to, Set<RecipientStatus> outcomes) {
    var r = CAMPAIGN_RECIPIENT;
    inside.execute("SET LOCAL statement_timeout = '110s'");
    return inside
        .insertInto(r, r.CAMPAIGN_ID, r.PHONE, r.VARIABLES, r.EXTERNAL_ID, r.PROVIDER_USER_ID)
        .select(
            select(val(to), r.PHONE, r.VARIABLES, r.EXTERNAL_ID, r.PROVIDER_USER_ID)
                .from(r)
                .where(r.CAMPAIGN_ID.eq(from))
                .and(r.STATUS.in(outcomes))
                .orderBy(r.CREATED_AT, r.ID))
        .execute();
  }
}
