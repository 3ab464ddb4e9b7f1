package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * How many of a campaign's recipients the frequency cap of its sender would skip now. The cap of
 * all senders together is only the producers' to know.
 */
public final class CappedRecipients {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * Counts as the producer does. Those who get nothing anyway are no concern of the cap. OFFSET 0
   * keeps the planner from reading whole tables.
   */
  private static final String COUNT =
      """
      SELECT count(*)
      FROM sluice.campaign_recipient AS r
      JOIN sluice.contact AS known ON known.phone = r.phone
      WHERE r.campaign_id = {0} AND r.status = {1} AND ({2} IS NULL OR r.error_code = {2})
        AND NOT EXISTS (
          SELECT FROM sluice.suppressed_phone AS suppressed
          WHERE suppressed.phone = r.phone OFFSET 0)
        AND (
          SELECT count(*) FROM jsonb_each(known.messages) AS other
          WHERE other.key <> r.id::text
            AND other.value ->> 'sender' = {3}
            AND (other.value ->> 'at')::timestamptz > {4}
            AND NOT EXISTS (
              SELECT FROM sluice.campaign_recipient AS recipient
              JOIN sluice.campaign ON campaign.id = recipient.campaign_id
              WHERE recipient.id = other.key::bigint
                AND recipient.round >= (other.value ->> 'round')::integer
                AND (recipient.status IN ('FAILED', 'SUPPRESSED')
                  OR (recipient.status = 'PENDING' AND campaign.status = 'CANCELLED'))
              OFFSET 0)) >= {5}
      """;

  private final DSLContext sql;

  public CappedRecipients(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Counts them.
   *
   * @param code only those with this error code, or null for all
   * @return empty if counting takes too long
   */
  public Optional<Long> count(
      UUID campaignId, RecipientStatus status, @Nullable String code, Instant now) {
    Record sender =
        sql.select(SENDER.ID, SENDER.CAP_MESSAGES, SENDER.CAP_DAYS, CAMPAIGN.IGNORE_CAP)
            .from(CAMPAIGN)
            .join(SENDER)
            .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
            .where(CAMPAIGN.ID.eq(campaignId))
            .fetchOne();
    if (sender == null
        || sender.get(SENDER.CAP_MESSAGES) == null
        || sender.get(CAMPAIGN.IGNORE_CAP)) {
      return Optional.of(0L);
    }
    FrequencyCap cap =
        new FrequencyCap(sender.get(SENDER.CAP_MESSAGES), sender.get(SENDER.CAP_DAYS));
    return Briefly.read(
        sql,
        PATIENCE,
        Set.of(),
        inside ->
            inside
                .resultQuery(
                    COUNT,
                    val(campaignId),
                    val(status, CAMPAIGN_RECIPIENT.STATUS),
                    val(code, SQLDataType.CLOB),
                    val(sender.get(SENDER.ID)),
                    val(cap.since(now), SQLDataType.INSTANT),
                    val(cap.messages()))
                .fetchSingle(0, Long.class));
  }
}
