package dev.sluice.console.suppression;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles rows that other services write about people whose names have changed: a refusal of a
 * message from before the change, or an alias that a receipt reports after it. Their writers do not
 * know of the change, so the changed names are scanned again and again, and rows that are not
 * accounted for are settled. The rows themselves show whether they are, so that nothing is lost
 * when a console stops or a transaction commits late.
 */
public final class LateRows {
  private static final Logger log = LoggerFactory.getLogger(LateRows.class);

  /** Small enough that a name that cannot be settled holds up few others. */
  private static final int SETTLED_AT_ONCE = 100;

  private static final String SQL =
      """
      WITH RECURSIVE page AS (
        SELECT DISTINCT before AS name FROM sluice.renamed
        WHERE before > {0} ORDER BY before LIMIT {1}
      ), touched AS (
        SELECT name FROM page
        UNION
        SELECT near.name FROM touched
        $near
      )
      SELECT (SELECT max(name) FROM page), ARRAY (
        SELECT name
        FROM touched CROSS JOIN LATERAL (
          SELECT FROM sluice.suppression
          WHERE phone = touched.name AND isfinite(created_at)
            AND (lifted_at IS NULL OR (created_at < lifted_at AND isfinite(lifted_at)))
            AND NOT EXISTS (
              SELECT FROM sluice.said
              WHERE said.name = phone AND said.at = created_at
                AND said.reason = left(suppression.reason, 200))
          UNION ALL
          SELECT FROM sluice.alias WHERE phone = touched.name AND NOT settled) AS late)
      """
          .replace("$near", StandingWishes.NEAR);

  private final DSLContext sql;
  private final StandingWishes standing;
  private final int largest;
  private int page;
  private String after = "";

  /**
   * Scans all changed names.
   *
   * @param page the most changed names examined in one iteration
   */
  public LateRows(DSLContext sql, int page) {
    this.sql = sql;
    largest = page;
    this.page = page;
    standing = new StandingWishes(sql);
  }

  private record Page(String last, List<String> late) {}

  /**
   * Settles what is late among the next changed names. What cannot be settled now is found again
   * later.
   *
   * @return whether there may be more before all have been examined
   */
  boolean settleSome() {
    Page found = next();
    after = found.last();
    for (int from = 0; from < found.late().size(); from += SETTLED_AT_ONCE) {
      settle(found.late().subList(from, Math.min(found.late().size(), from + SETTLED_AT_ONCE)));
    }
    return !after.isEmpty();
  }

  /** Reads fewer names after a failure: a page that takes too long would do so forever. */
  private Page next() {
    try {
      Page found = sql.transactionResult(transaction -> read(transaction.dsl()));
      page = Math.min(largest, page * 2);
      return found;
    } catch (DataAccessException e) {
      page = Math.max(1, page / 2);
      throw e;
    }
  }

  private Page read(DSLContext transaction) {
    transaction.execute("SELECT 1" + StandingWishes.BY_INDEX);
    var row = transaction.fetchSingle(SQL, DSL.val(after), DSL.val(page));
    String last = row.get(0, String.class);
    return new Page(last == null ? "" : last, List.of(row.get(1, String[].class)));
  }

  private void settle(List<String> late) {
    try {
      Set<String> names = new TreeSet<>(late);
      standing.settle(names);
      log.info("recomputed {} name(s) because of late rows", names.size());
    } catch (DataAccessException e) {
      log.warn("cannot recompute {} name(s) now", late.size(), e);
    }
  }
}
