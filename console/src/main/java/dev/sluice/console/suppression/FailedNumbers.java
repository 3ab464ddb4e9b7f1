package dev.sluice.console.suppression;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SUPPRESSED_PHONE;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.sluice.schema.Clipped;
import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record3;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** Suppresses the numbers for which a campaign failed. */
public final class FailedNumbers {
  private static final Instant ANCIENT = Instant.parse("0001-01-01T00:00:00Z");

  private final DSLContext sql;
  private final Suppressions suppressions;
  private final int page;
  private final int most;

  /**
   * The numbers suppressed by one call.
   *
   * @param suppressed numbers that get nothing from now on
   * @param more whether not all were looked at, as only so many are suppressed at a time; receipts
   *     may bring failures afterwards, also of recipients before those
   * @param next the recipient after whom to go on; null if all were looked at
   */
  public record Report(long suppressed, boolean more, @Nullable Long next) {
    private static Report done(long suppressed) {
      return new Report(suppressed, false, null);
    }

    private static Report until(long suppressed, long last) {
      return new Report(suppressed, true, last);
    }
  }

  public FailedNumbers(DSLContext sql) {
    this(sql, 5_000, 100_000);
  }

  /**
   * Creates the action.
   *
   * @param page recipients that are read at a time
   * @param most those who are suppressed at a time
   */
  FailedNumbers(DSLContext sql, int page, int most) {
    this.sql = sql;
    this.suppressions = new Suppressions(sql);
    this.page = page;
    this.most = most;
  }

  /**
   * Suppresses those who failed with an error code; who gets nothing already stays as they are.
   *
   * @param after the recipient after whom to go on; 0 for all
   */
  public Report suppress(UUID campaignId, String code, long after) {
    String reason = Clipped.to(Suppressions.LONGEST_REASON, "failed: " + code);
    Instant createdAt = createdAt(campaignId, after);
    long id = after;
    long added = 0;
    for (int read = 0; read < most; read += page) {
      List<Record3<Instant, Long, String>> failed;
      try {
        failed = failed(campaignId, code, createdAt, id).fetch();
        added += suppressions.add(failed.stream().map(Record3::value3).toList(), reason);
      } catch (DataAccessException e) {
        if (added == 0) {
          throw e;
        }
        // Reports the batches already committed; the call that continues reports the error.
        return Report.until(added, id);
      }
      if (failed.size() < page) {
        return Report.done(added);
      }
      createdAt = failed.getLast().value1();
      id = failed.getLast().value2();
    }
    return Report.until(added, id);
  }

  /**
   * Returns when a recipient was added, by which they are in order; who is unknown is the first.
   */
  private Instant createdAt(UUID campaignId, long recipient) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.CREATED_AT)
        .from(r)
        .where(r.ID.eq(recipient))
        .and(r.CAMPAIGN_ID.eq(campaignId))
        .fetchOptional(r.CREATED_AT)
        .orElse(ANCIENT);
  }

  /** By the page index, which begins with the status. */
  private ResultQuery<Record3<Instant, Long, String>> failed(
      UUID campaignId, String code, Instant createdAt, long id) {
    var r = CAMPAIGN_RECIPIENT;
    // OFFSET 0 keeps the planner from reading all suppressed numbers.
    return sql.select(r.CREATED_AT, r.ID, r.PHONE)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.eq(RecipientStatus.FAILED))
        .and(r.ERROR_CODE.eq(code))
        .and(row(r.CREATED_AT, r.ID).gt(val(createdAt), val(id)))
        .and(
            notExists(
                selectOne()
                    .from(SUPPRESSED_PHONE)
                    .where(SUPPRESSED_PHONE.PHONE.eq(r.PHONE))
                    .offset(inline(0))))
        .orderBy(r.CREATED_AT, r.ID)
        .limit(page);
  }
}
