package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.schema.CampaignStatus;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Puts recipients of a completed campaign back to pending, in short batches, in a new round: the
 * only way in which a status goes down. Results of older rounds are ignored from then on.
 */
final class Resends {
  private static final int BATCH = 2_000;

  /** Rows and counters together, like every other change of a status. */
  private static final String BACK_TO_PENDING =
      """
      WITH picked AS (
        SELECT id, status FROM sluice.campaign_recipient
        WHERE campaign_id = {0} AND status = ANY({1}) AND round < {2}
        ORDER BY id
        LIMIT {3}
        FOR NO KEY UPDATE
      ), changed AS (
        UPDATE sluice.campaign_recipient AS recipient
        SET status = 'PENDING', round = {2}, attempts = 0, provider_message_id = NULL,
            error_code = NULL, error_detail = NULL, updated_at = clock_timestamp()
        FROM picked
        WHERE recipient.id = picked.id
        RETURNING picked.status AS old
      ), moved AS (
        SELECT count(*) FILTER (WHERE old = 'FAILED') AS failed,
               count(*) FILTER (WHERE old = 'UNCONFIRMED') AS unconfirmed
        FROM changed
      )
      UPDATE sluice.campaign AS c
      SET failed = c.failed - moved.failed, unconfirmed = c.unconfirmed - moved.unconfirmed
      FROM moved
      WHERE c.id = {0}
      RETURNING moved.failed + moved.unconfirmed
      """;

  private final DSLContext sql;

  Resends(DSLContext sql) {
    this.sql = sql;
  }

  /** How far a resend is. */
  enum Progress {
    /** Another step is to follow. */
    MORE,
    /** Everybody concerned is pending. */
    READY,
    /** There is nobody concerned, or the campaign is not in a state for it. */
    NOTHING_TO_DO
  }

  /** Does a bit of it. Repeating a step that was done before a crash does no harm. */
  Progress step(UUID campaignId, Pass.Resend resend) {
    Integer round = begin(campaignId, resend.offset());
    if (round == null) {
      return Progress.NOTHING_TO_DO;
    }
    String[] statuses = resend.statuses().stream().map(Enum::name).toArray(String[]::new);
    Long moved =
        sql.resultQuery(
                BACK_TO_PENDING,
                DSL.val(campaignId),
                DSL.val(statuses),
                DSL.val(round),
                DSL.val(BATCH))
            .fetchSingle(0, Long.class);
    return moved > 0 ? Progress.MORE : finish(campaignId);
  }

  /** The round of this resend, which its first step begins; null if it cannot begin. */
  private @Nullable Integer begin(UUID campaignId, long offset) {
    sql.update(CAMPAIGN)
        .set(CAMPAIGN.ROUND, CAMPAIGN.ROUND.plus(1))
        .set(CAMPAIGN.STATUS, CampaignStatus.SENDING)
        .setNull(CAMPAIGN.COMPLETED_AT)
        .set(CAMPAIGN.RESEND_OFFSET, offset)
        .where(CAMPAIGN.ID.eq(campaignId))
        .and(CAMPAIGN.STATUS.eq(CampaignStatus.COMPLETED))
        .and(CAMPAIGN.RESEND_OFFSET.isDistinctFrom(offset))
        .execute();
    return sql.select(CAMPAIGN.ROUND)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .and(CAMPAIGN.RESEND_OFFSET.eq(offset))
        .and(CAMPAIGN.STATUS.eq(CampaignStatus.SENDING))
        .fetchOne(CAMPAIGN.ROUND);
  }

  private Progress finish(UUID campaignId) {
    boolean nobody =
        sql.execute(
                """
                UPDATE sluice.campaign
                SET status = 'COMPLETED', completed_at = clock_timestamp()
                WHERE id = ? AND status = 'SENDING'
                  AND total = sent + delivered + read + failed + unconfirmed + suppressed
                """,
                campaignId)
            > 0;
    return nobody ? Progress.NOTHING_TO_DO : Progress.READY;
  }
}
