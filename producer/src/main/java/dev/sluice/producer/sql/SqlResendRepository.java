package dev.sluice.producer.sql;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.trueCondition;
import static org.jooq.impl.DSL.val;

import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.jooq.tables.records.CampaignRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Record3;
import org.jooq.Select;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Resets recipients in PostgreSQL. A batch is one transaction of rows and counters, and the first
 * one also begins the round: a campaign that was seen sending with no recipient pending would be
 * completed by the next write of results. Rows are locked in the order of their ids and the
 * campaign's row after them, as in writes of results, so that the two cannot deadlock.
 */
public final class SqlResendRepository implements ResendRepository {
  private static final int BATCH = 2_000;

  private final DSLContext sql;

  /**
   * The positions of resends under way. After a restart they start over, which finds only the
   * recipients that are left.
   */
  private final Map<UUID, Place> places = new ConcurrentHashMap<>();

  /**
   * The position of a resend.
   *
   * @param offset the command's offset, which identifies it
   * @param left the statuses not finished yet
   * @param cursor the last recipient looked at of the first of them
   */
  private record Place(long offset, List<RecipientStatus> left, Cursor cursor) {}

  /** The round that a batch belongs to, and whether it has begun. */
  private record Round(int number, boolean begun) {}

  public SqlResendRepository(DSLContext sql) {
    this.sql = sql;
  }

  @Override
  public Progress step(UUID campaignId, FanOutState.Resend resend) {
    Place place = places.get(campaignId);
    if (place == null || place.offset() != resend.offset()) {
      place =
          new Place(resend.offset(), resend.statuses().stream().sorted().toList(), Cursor.START);
    }
    Place from = place;
    Place next =
        from.left().isEmpty()
            ? null
            : sql.transactionResult(
                transaction -> batch(transaction.dsl(), campaignId, from, resend));
    if (next != null) {
      places.put(campaignId, next);
      return Progress.MORE;
    }
    places.remove(campaignId);
    return finish(campaignId, resend.offset());
  }

  /** Resets the next recipients; null if the campaign's state does not allow it. */
  private static @Nullable Place batch(
      DSLContext sql, UUID campaignId, Place from, FanOutState.Resend resend) {
    RecipientStatus status = from.left().getFirst();
    List<Long> selected = resend.recipients();
    List<Record3<Instant, Long, Boolean>> page =
        List.copyOf(
            selected == null
                ? page(sql, campaignId, status, resend.reasons(), from.cursor()).fetch()
                : selected(sql, campaignId, resend.reasons(), selected).fetch());
    Long[] concerned =
        page.stream()
            .filter(one -> Boolean.TRUE.equals(one.value3()))
            .map(Record3::value2)
            .toArray(Long[]::new);
    Long[] locked = lock(sql, status, concerned);
    Round round = round(sql, campaignId, from.offset());
    if (round == null) {
      return null;
    }
    var r = CAMPAIGN_RECIPIENT;
    int moved =
        sql.update(r)
            .set(r.STATUS, RecipientStatus.PENDING)
            .set(r.ROUND, round.number())
            .set(r.ATTEMPTS, 0)
            .setNull(r.PROVIDER_MESSAGE_ID)
            .setNull(r.ERROR_CODE)
            .setNull(r.ERROR_DETAIL)
            .setNull(r.SENT_AT)
            .setNull(r.DELIVERED_AT)
            .setNull(r.READ_AT)
            .setNull(r.FAILED_AT)
            .set(r.UPDATED_AT, DSL.field("clock_timestamp()", r.UPDATED_AT.getDataType()))
            .where(r.ID.eq(any(locked)))
            .and(r.ROUND.lt(round.number()))
            .execute();
    if (moved > 0) {
      count(sql, campaignId, status, moved, round, from.offset());
    }
    return page.size() < BATCH
        ? new Place(from.offset(), from.left().subList(1, from.left().size()), Cursor.START)
        : new Place(
            from.offset(),
            from.left(),
            new Cursor(page.getLast().value1(), page.getLast().value2()));
  }

  /**
   * Returns the next recipients of a campaign with a status, found by the page index alone: ordered
   * by id, they might be searched among the rows of all older campaigns. Each comes with whether it
   * is concerned. A filter by error code, for which there is no index, might scan all of them for
   * one page and time out at the same place forever.
   *
   * @param reasons the error codes of those concerned, or null for all
   */
  public static Select<Record3<Instant, Long, Boolean>> page(
      DSLContext sql,
      UUID campaignId,
      RecipientStatus status,
      @Nullable Set<String> reasons,
      Cursor cursor) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.CREATED_AT, r.ID, field(hasFailedFor(reasons)))
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(status))
        .and(row(r.CREATED_AT, r.ID).gt(val(cursor.createdAt()), val(cursor.id())))
        .orderBy(r.CREATED_AT, r.ID)
        .limit(BATCH);
  }

  /**
   * Returns the recipients that were selected, who are fewer than a batch, each with whether it is
   * the campaign's and concerned.
   */
  private static Select<Record3<Instant, Long, Boolean>> selected(
      DSLContext sql, UUID campaignId, @Nullable Set<String> reasons, List<Long> ids) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(
            r.CREATED_AT, r.ID, field(r.CAMPAIGN_ID.eq(campaignId).and(hasFailedFor(reasons))))
        .from(r)
        .where(r.ID.eq(any(ids.toArray(Long[]::new))));
  }

  private static Condition hasFailedFor(@Nullable Set<String> reasons) {
    return reasons == null
        ? trueCondition()
        : CAMPAIGN_RECIPIENT.ERROR_CODE.eq(any(reasons.toArray(String[]::new)));
  }

  /** Locks the recipients that still have the status and returns their ids. */
  private static Long[] lock(DSLContext sql, RecipientStatus status, Long[] ids) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.ID)
        .from(r)
        .where(r.ID.eq(any(ids)))
        .and(r.STATUS.eq(status))
        .orderBy(r.ID)
        .forNoKeyUpdate()
        .fetchArray(r.ID);
  }

  private static @Nullable Round round(DSLContext sql, UUID campaignId, long offset) {
    Record row =
        sql.select(CAMPAIGN.STATUS, CAMPAIGN.ROUND, CAMPAIGN.RESEND_OFFSET)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(campaignId))
            .forNoKeyUpdate()
            .fetchOne();
    if (row == null) {
      return null;
    }
    int number = row.get(CAMPAIGN.ROUND);
    Long begun = row.get(CAMPAIGN.RESEND_OFFSET);
    boolean mine = begun != null && begun == offset;
    return switch (row.get(CAMPAIGN.STATUS)) {
      case SENDING, PAUSED -> mine ? new Round(number, true) : null;
      case COMPLETED -> mine ? null : new Round(number + 1, false);
      case DRAFT, SCHEDULED, CANCELLED -> null;
    };
  }

  private static void count(
      DSLContext sql,
      UUID campaignId,
      RecipientStatus status,
      int moved,
      Round round,
      long offset) {
    TableField<CampaignRecord, Long> counter = counter(status);
    var update = sql.update(CAMPAIGN).set(counter, counter.minus(moved));
    if (!round.begun()) {
      update =
          update
              .set(CAMPAIGN.ROUND, round.number())
              .set(CAMPAIGN.STATUS, CampaignStatus.SENDING)
              .setNull(CAMPAIGN.COMPLETED_AT)
              .set(CAMPAIGN.RESEND_OFFSET, offset);
    }
    update.where(CAMPAIGN.ID.eq(campaignId)).execute();
  }

  private static TableField<CampaignRecord, Long> counter(RecipientStatus status) {
    return switch (status) {
      case FAILED -> CAMPAIGN.FAILED;
      case UNCONFIRMED -> CAMPAIGN.UNCONFIRMED;
      case PENDING, SUPPRESSED, SENT, DELIVERED, READ ->
          throw new IllegalArgumentException(status + " recipients are not sent to once more");
    };
  }

  /**
   * Ends a resend once all recipients were looked at; if the round has begun, at least one is
   * pending.
   */
  private Progress finish(UUID campaignId, long offset) {
    boolean begun =
        sql.fetchExists(
            CAMPAIGN,
            CAMPAIGN
                .ID
                .eq(campaignId)
                .and(CAMPAIGN.RESEND_OFFSET.eq(offset))
                .and(CAMPAIGN.STATUS.in(CampaignStatus.SENDING, CampaignStatus.PAUSED)));
    return begun ? Progress.READY : Progress.NOTHING_TO_DO;
  }
}
