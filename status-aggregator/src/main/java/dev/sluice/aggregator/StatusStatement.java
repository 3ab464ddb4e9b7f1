package dev.sluice.aggregator;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.aggregator.rows.ResultRows;
import dev.sluice.schema.OptOut;
import dev.sluice.schema.OptOutReason;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.StatusTimes;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The single statement that writes a batch. */
final class StatusStatement implements ResultRows {
  /**
   * {@code before}: the batch, passed as arrays, so that one plan serves all sizes; each result
   * with its row, locked in the order of the ids, so that two writers cannot deadlock, and whether
   * it raises the status. For such a plan PostgreSQL takes the arrays for ten results each; it
   * would compare every result with every row if both were joined later. {@code changed}: the rows
   * whose status rises, and those that learn when an earlier status was reached; all others stay as
   * they are, which makes repetition and reordering harmless. The time of a status is written once.
   * {@code left_alone}: recipients who have opted out at the provider are suppressed for all
   * senders, whatever their row says and whichever round the opt-out is of, unless it was lifted
   * after that; in the order of the numbers, again against deadlocks; an opt-out that no resume can
   * lift replaces one that a resume can. {@code names}: the other names by which the provider knows
   * them, so that an opt-out under such a name counts. Finally the counters move by exactly these
   * transitions.
   */
  private static final String SQL =
      """
      WITH before AS (
        SELECT result.*, recipient.status AS old, recipient.phone,
               sluice.status_rank(result.status) > sluice.status_rank(recipient.status) AS rises
        FROM unnest({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {9}, {13}, {14}, {15}, {16}, {17})
          AS result (id, round, status, provider_message_id, error_code, error_detail, attempts, at,
                opt_out_reason, opt_out_at, sent_at, delivered_at, read_at, failed_at)
        JOIN sluice.campaign_recipient AS recipient ON recipient.id = result.id
        WHERE recipient.campaign_id = {8}
        ORDER BY recipient.id
        FOR NO KEY UPDATE OF recipient
      ), changed AS (
        UPDATE sluice.campaign_recipient AS recipient
        SET status = CASE WHEN rises THEN news.status ELSE recipient.status END,
            provider_message_id = CASE WHEN rises
              THEN coalesce(news.provider_message_id, recipient.provider_message_id)
              ELSE recipient.provider_message_id END,
            error_code = CASE WHEN rises THEN news.error_code ELSE recipient.error_code END,
            error_detail = CASE WHEN rises THEN news.error_detail ELSE recipient.error_detail END,
            attempts = greatest(recipient.attempts, news.attempts),
            updated_at = CASE WHEN rises
              THEN greatest(recipient.created_at, least(news.at, clock_timestamp()))
              ELSE recipient.updated_at END,
            sent_at = coalesce(recipient.sent_at, news.sent_at),
            delivered_at = coalesce(recipient.delivered_at, news.delivered_at),
            read_at = coalesce(recipient.read_at, news.read_at),
            failed_at = coalesce(recipient.failed_at, news.failed_at)
        FROM before AS news
        WHERE recipient.id = news.id
          AND recipient.round = news.round
          AND (rises
            OR (recipient.sent_at IS NULL AND news.sent_at IS NOT NULL)
            OR (recipient.delivered_at IS NULL AND news.delivered_at IS NOT NULL)
            OR (recipient.read_at IS NULL AND news.read_at IS NOT NULL)
            OR (recipient.failed_at IS NULL AND news.failed_at IS NOT NULL))
        RETURNING news.old, recipient.status AS new
      ), left_alone AS (
        INSERT INTO sluice.suppression AS known (phone, reason, created_at)
        SELECT phone, opt_out_reason, least(opt_out_at, clock_timestamp())
        FROM before
        WHERE opt_out_reason IS NOT NULL
        ORDER BY phone
        ON CONFLICT (phone) DO UPDATE
        SET reason = excluded.reason, created_at = excluded.created_at, lifted_at = NULL
        WHERE known.lifted_at <= excluded.created_at
          OR (known.reason = {12} AND (excluded.reason <> {12} OR (
            known.lifted_at IS NULL AND known.created_at < excluded.created_at)))
      ), names AS (
        INSERT INTO sluice.alias (phone, name)
        SELECT DISTINCT before.phone, alias.name
        FROM unnest({10}, {11}) AS alias (id, name)
        JOIN before ON before.id = alias.id
        WHERE alias.name <> before.phone
        ORDER BY before.phone, alias.name
        ON CONFLICT DO NOTHING
      ), moved AS (
        SELECT status, sum(change) AS change
        FROM (SELECT new AS status, 1 AS change FROM changed
              UNION ALL
              SELECT old, -1 FROM changed) AS transition
        GROUP BY status
      ), net AS (
        SELECT coalesce(sum(change) FILTER (WHERE status = 'SENT'), 0) AS sent,
               coalesce(sum(change) FILTER (WHERE status = 'DELIVERED'), 0) AS delivered,
               coalesce(sum(change) FILTER (WHERE status = 'READ'), 0) AS read,
               coalesce(sum(change) FILTER (WHERE status = 'FAILED'), 0) AS failed,
               coalesce(sum(change) FILTER (WHERE status = 'UNCONFIRMED'), 0) AS unconfirmed,
               coalesce(sum(change) FILTER (WHERE status = 'SUPPRESSED'), 0) AS suppressed,
               coalesce(sum(change) FILTER (WHERE status = 'PENDING'), 0) AS pending
        FROM moved
      )
      UPDATE sluice.campaign AS c
      SET sent = c.sent + net.sent,
          delivered = c.delivered + net.delivered,
          read = c.read + net.read,
          failed = c.failed + net.failed,
          unconfirmed = c.unconfirmed + net.unconfirmed,
          suppressed = c.suppressed + net.suppressed,
          status = CASE WHEN c.status IN ('SENDING', 'PAUSED')
                         AND c.total - c.sent - c.delivered - c.read - c.failed - c.unconfirmed
                             - c.suppressed + net.pending <= 0
                        THEN 'COMPLETED' ELSE c.status END,
          completed_at = CASE WHEN c.status IN ('SENDING', 'PAUSED')
                         AND c.total - c.sent - c.delivered - c.read - c.failed - c.unconfirmed
                             - c.suppressed + net.pending <= 0
                        THEN clock_timestamp() ELSE c.completed_at END
      FROM net
      WHERE c.id = {8}
      RETURNING c.status, c.round, c.total, c.sent, c.delivered, c.read, c.failed, c.unconfirmed,
                c.suppressed, c.started_at, c.completed_at
      """;

  private static final UUID NOBODY = new UUID(0, 0);

  private final DSLContext sql;

  StatusStatement(DSLContext sql) {
    this.sql = sql;
  }

  @Override
  public Optional<CampaignCounts> write(UUID campaignId, Collection<SendResult> batch) {
    return query(campaignId, batch).fetchOptional(StatusStatement::counts);
  }

  ResultQuery<? extends Record> query(UUID campaignId, Collection<SendResult> batch) {
    List<Alias> aliases = batch.stream().flatMap(Alias::of).toList();
    return sql.resultQuery(
            SQL,
            array(batch, SendResult::recipientId, Long[]::new, SQLDataType.BIGINT),
            array(batch, SendResult::round, Integer[]::new, SQLDataType.INTEGER),
            array(batch, result -> result.status().name(), String[]::new, SQLDataType.CLOB),
            array(batch, SendResult::providerMessageId, String[]::new, SQLDataType.CLOB),
            array(batch, SendResult::errorCode, String[]::new, SQLDataType.CLOB),
            array(batch, SendResult::errorDetail, String[]::new, SQLDataType.CLOB),
            array(batch, SendResult::attempts, Integer[]::new, SQLDataType.INTEGER),
            DSL.val(
                batch.stream().map(SendResult::at).toArray(Instant[]::new),
                SQLDataType.INSTANT.array()),
            DSL.val(campaignId),
            array(batch, result -> wish(result, OptOut::reason), String[]::new, SQLDataType.CLOB),
            DSL.val(
                aliases.stream().map(Alias::recipientId).toArray(Long[]::new),
                SQLDataType.BIGINT.array()),
            DSL.val(
                aliases.stream().map(Alias::name).toArray(String[]::new), SQLDataType.CLOB.array()),
            DSL.val(OptOutReason.PREFERENCE),
            array(batch, result -> wish(result, OptOut::at), Instant[]::new, SQLDataType.INSTANT),
            times(batch, StatusTimes::sent),
            times(batch, StatusTimes::delivered),
            times(batch, StatusTimes::read),
            times(batch, StatusTimes::failed))
        .coerce(
            CAMPAIGN.STATUS,
            CAMPAIGN.ROUND,
            CAMPAIGN.TOTAL,
            CAMPAIGN.SENT,
            CAMPAIGN.DELIVERED,
            CAMPAIGN.READ,
            CAMPAIGN.FAILED,
            CAMPAIGN.UNCONFIRMED,
            CAMPAIGN.SUPPRESSED,
            CAMPAIGN.STARTED_AT,
            CAMPAIGN.COMPLETED_AT);
  }

  @Override
  public Optional<CampaignCounts> read(UUID campaignId) {
    return sql.selectFrom(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(StatusStatement::counts);
  }

  @Override
  public void rehearse() {
    write(
        NOBODY,
        List.of(
            SendResult.of(0, NOBODY, 1, RecipientStatus.SENT, Instant.EPOCH).attempts(1).build()));
  }

  private record Alias(long recipientId, String name) {
    static Stream<Alias> of(SendResult result) {
      List<String> names = result.aliases();
      return names == null
          ? Stream.empty()
          : names.stream().map(name -> new Alias(result.recipientId(), name));
    }
  }

  private static <T> @Nullable T wish(SendResult result, Function<OptOut, T> part) {
    OptOut wish = result.wish();
    return wish == null ? null : part.apply(wish);
  }

  private static Field<Instant[]> times(
      Collection<SendResult> batch, Function<StatusTimes, @Nullable Instant> status) {
    return array(
        batch, result -> status.apply(result.reached()), Instant[]::new, SQLDataType.INSTANT);
  }

  private static <T> Field<T[]> array(
      Collection<SendResult> batch,
      Function<SendResult, @Nullable T> part,
      IntFunction<T[]> make,
      DataType<T> type) {
    Stream<@Nullable T> parts = batch.stream().map(part);
    return DSL.val(parts.toArray(make), type.array());
  }

  private static CampaignCounts counts(Record row) {
    return new CampaignCounts(
        row.get(CAMPAIGN.STATUS),
        row.get(CAMPAIGN.ROUND),
        row.get(CAMPAIGN.TOTAL),
        CampaignCounts.counts(
            row.get(CAMPAIGN.SENT),
            row.get(CAMPAIGN.DELIVERED),
            row.get(CAMPAIGN.READ),
            row.get(CAMPAIGN.FAILED),
            row.get(CAMPAIGN.UNCONFIRMED),
            row.get(CAMPAIGN.SUPPRESSED)),
        row.get(CAMPAIGN.STARTED_AT),
        row.get(CAMPAIGN.COMPLETED_AT));
  }
}
