package dev.sluice.console.suppression;

import static dev.sluice.schema.jooq.Tables.SUPPRESSION;
import static org.jooq.impl.DSL.left;

import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Numbers that get nothing. */
public final class Suppressions {
  /** Characters of a reason that are read: other programs may insert longer ones. */
  static final int LONGEST_REASON = 200;

  /** No number in E.164 is longer than this, or sorts after it. */
  private static final String LAST = "9".repeat(15);

  private final DSLContext sql;

  /**
   * A number that gets nothing.
   *
   * @param phone the number, E.164
   */
  record Suppression(String phone, String reason, Instant createdAt) {}

  public Suppressions(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Adds numbers in E.164. A number that is suppressed stays so; one that was lifted is suppressed
   * again, as of now or of the lift, whichever is later. No resume lifts it afterwards.
   *
   * @return how many were not suppressed before
   */
  int add(Collection<String> phones, String reason) {
    return sql.fetchSingle(
            """
            WITH before AS (
              SELECT phone FROM sluice.suppression WHERE phone = ANY ({1}) AND lifted_at IS NULL
            ), written AS (
              INSERT INTO sluice.suppression AS s (phone, reason)
              SELECT DISTINCT phone, {0} FROM unnest({1}) AS added (phone) ORDER BY phone
              ON CONFLICT (phone) DO UPDATE
              SET reason = excluded.reason, lifted_at = NULL,
                created_at = greatest(
                  clock_timestamp(), CASE WHEN isfinite(s.lifted_at) THEN s.lifted_at END)
              WHERE s.lifted_at IS NOT NULL OR (s.reason = {2} AND excluded.reason <> {2})
              RETURNING phone
            )
            SELECT count(*) FROM written WHERE phone NOT IN (SELECT phone FROM before)
            """,
            DSL.val(reason),
            DSL.val(phones.toArray(String[]::new), SQLDataType.CLOB.array()),
            DSL.val(OptOutReason.PREFERENCE))
        .get(0, int.class);
  }

  /** Returns the next numbers in order, after the given one. */
  List<Suppression> after(String phone, int limit) {
    return after(phone, List.of("+"), limit);
  }

  /**
   * Does the same for numbers with one of these prefixes, a plus and up to 15 digits each, none of
   * which is one of another.
   */
  List<Suppression> after(String phone, List<String> beginnings, int limit) {
    return beginnings.stream()
        .flatMap(one -> beginning(one, phone, limit).stream())
        .sorted(Comparator.comparing(Suppression::phone))
        .limit(limit)
        .toList();
  }

  /** Numbers with the same prefix are adjacent in the index of the numbers. */
  private List<Suppression> beginning(String beginning, String phone, int limit) {
    return sql.select(
            SUPPRESSION.PHONE, left(SUPPRESSION.REASON, LONGEST_REASON), SUPPRESSION.CREATED_AT)
        .from(SUPPRESSION)
        .where(SUPPRESSION.PHONE.gt(phone))
        .and(
            SUPPRESSION.PHONE.between(
                beginning, beginning + LAST.substring(beginning.length() - 1)))
        .and(SUPPRESSION.LIFTED_AT.isNull())
        .orderBy(SUPPRESSION.PHONE)
        .limit(limit)
        .fetch(Records.mapping(Suppression::new));
  }
}
