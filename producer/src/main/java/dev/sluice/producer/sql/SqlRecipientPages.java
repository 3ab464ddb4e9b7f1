package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SUPPRESSED_PHONE;
import static org.jooq.impl.DSL.all;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.octetLength;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.ZonePasses;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.SelectJoinStep;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages from PostgreSQL, each by the composite index from where the previous one ended
 * (keyset), so that row 100,000 costs no more than row 10.
 */
public final class SqlRecipientPages implements RecipientPages {
  /**
   * The most recipients that are looked at for a page of those whose zone has no pass of its own:
   * no index tells them from the others.
   */
  static final int FARTHEST = 10_000;

  /** The most variables that a page may hold, bytes as text. */
  static final int LARGEST_PAGE = 1024 * 1024;

  /** Variables beyond the bounds stay in the database; the first recipient's always fit a page. */
  private static final String WITHIN_MEMORY =
      """
      SELECT id, phone, round, created_at, suppressed, counted, fits, external_id,
             CASE WHEN fits AND bytes <= {1} THEN variables END AS variables
      FROM (
        SELECT page.*, sum(least(bytes, {1})) OVER (ORDER BY created_at, id ROWS UNBOUNDED PRECEDING)
                       <= {2} AS fits
        FROM ({0}) AS page
      ) AS measured
      ORDER BY created_at, id
      """;

  private static final String MADE_UP =
      """
      SELECT n AS id, '+0' AS phone, '{"name": "nobody"}'::jsonb AS variables, 18 AS bytes, 1 AS round,
             now() AS created_at, NULL AS external_id, false AS suppressed, true AS counted
      FROM generate_series(1::bigint, {0}) AS n
      """;

  private static final Field<Boolean> SUPPRESSED = field(name("suppressed"), Boolean.class);
  private static final Field<Boolean> COUNTED = field(name("counted"), Boolean.class);
  private static final Field<Boolean> FITS = field(name("fits"), Boolean.class);

  private final DSLContext sql;
  private final InstantSource clock;

  public SqlRecipientPages(DSLContext sql, InstantSource clock) {
    this.sql = sql;
    this.clock = clock;
  }

  @Override
  public @Nullable Cursor reach(UUID campaignId, @Nullable ZonePasses zones, Cursor cursor) {
    if (zones == null || zones.now().zone() != null) {
      return null;
    }
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.CREATED_AT, r.ID)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(RecipientStatus.PENDING))
        .and(row(r.CREATED_AT, r.ID).gt(val(cursor.createdAt()), val(cursor.id())))
        .orderBy(r.CREATED_AT, r.ID)
        .limit(1)
        .offset(FARTHEST - 1)
        .fetchOne(one -> new Cursor(one.value1(), one.value2()));
  }

  @Override
  public List<Recipient> after(
      UUID campaignId,
      @Nullable ZonePasses zones,
      Cursor cursor,
      @Nullable Cursor reach,
      int limit,
      @Nullable String countedFor) {
    return withinMemory(page(campaignId, zones, cursor, reach, limit, countedFor));
  }

  @Override
  public List<Recipient> pending(
      UUID campaignId, Collection<Long> ids, @Nullable String countedFor) {
    var r = CAMPAIGN_RECIPIENT;
    return withinMemory(
        recipients(countedFor)
            .where(r.CAMPAIGN_ID.eq(campaignId))
            .and(r.ID.eq(any(ids.toArray(Long[]::new))))
            .and(r.STATUS.eq(RecipientStatus.PENDING)));
  }

  @Override
  public List<Recipient> madeUp(int count) {
    return withinMemory(sql.resultQuery(MADE_UP, val((long) count)));
  }

  private List<Recipient> withinMemory(ResultQuery<? extends Record> page) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.resultQuery(WITHIN_MEMORY, page, inline(LONGEST_VARIABLES), inline(LARGEST_PAGE))
        .coerce(
            r.ID,
            r.PHONE,
            r.ROUND,
            r.CREATED_AT,
            SUPPRESSED,
            COUNTED,
            FITS,
            r.EXTERNAL_ID,
            r.VARIABLES)
        .fetch(row ->
            new Recipient(
                row.get(r.ID),
                row.get(r.PHONE),
                row.get(r.VARIABLES),
                row.get(r.ROUND),
                row.get(r.CREATED_AT),
                row.get(SUPPRESSED),
                row.get(COUNTED),
                row.get(FITS),
                row.get(r.EXTERNAL_ID)));
  }

  public Select<? extends Record> page(
      UUID campaignId,
      @Nullable ZonePasses zones,
      Cursor cursor,
      @Nullable Cursor reach,
      int limit,
      @Nullable String countedFor) {
    var r = CAMPAIGN_RECIPIENT;
    return recipients(countedFor)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(zones == null ? r.STATUS.eq(RecipientStatus.PENDING) : pendingIn(zones))
        .and(row(r.CREATED_AT, r.ID).gt(val(cursor.createdAt()), val(cursor.id())))
        .and(
            reach == null
                ? noCondition()
                : row(r.CREATED_AT, r.ID).le(val(reach.createdAt()), val(reach.id())))
        .orderBy(r.CREATED_AT, r.ID)
        .limit(limit);
  }

  /** The status is inlined because the index of zones has it in its condition. */
  private static Condition pendingIn(ZonePasses zones) {
    var r = CAMPAIGN_RECIPIENT;
    String zone = zones.now().zone();
    Condition its =
        zone == null
            ? coalesce(r.TIME_ZONE, inline("")).ne(all(zones.named().toArray(String[]::new)))
            : r.TIME_ZONE.eq(zone);
    return its.and(r.STATUS.eq(inline(RecipientStatus.PENDING, r.STATUS)));
  }

  private SelectJoinStep<? extends Record> recipients(@Nullable String countedFor) {
    var r = CAMPAIGN_RECIPIENT;
    // Suppression is tested in the select list, because a join might make the planner sort. OFFSET
    // 0 keeps it from reading all suppressed numbers at once.
    return sql.select(
            r.ID,
            r.PHONE,
            r.VARIABLES,
            octetLength(r.VARIABLES.cast(SQLDataType.CLOB)).as("bytes"),
            r.ROUND,
            r.CREATED_AT,
            r.EXTERNAL_ID,
            field(
                    exists(
                        selectOne()
                            .from(SUPPRESSED_PHONE)
                            .where(SUPPRESSED_PHONE.PHONE.eq(r.PHONE))
                            .offset(inline(0))))
                .as("suppressed"),
            countedFor == null
                ? inline(true).as("counted")
                : field(
                        exists(
                            selectOne()
                                .from(SENDER_RECIPIENT)
                                .where(SENDER_RECIPIENT.SENDER_ID.eq(countedFor))
                                .and(SENDER_RECIPIENT.PHONE.eq(r.PHONE))
                                .and(
                                    SENDER_RECIPIENT.COUNTED_AT.gt(
                                        clock.instant().minus(SendRequest.COUNTS_FOR)))))
                    .as("counted"))
        .from(r);
  }
}
