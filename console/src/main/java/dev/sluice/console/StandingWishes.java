package dev.sluice.console;

import dev.sluice.schema.OptOutReason;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * What stands under each name, of everything that was said under it and under those before it. It
 * is worked out anew from what is kept, so that only the times count, never which call came first.
 */
final class StandingWishes {
  /**
   * {@code touched}: all names that have to do with the given ones; each is visited once, so that
   * circles end. {@code entry}: what was said under them, and numbers that the aggregator or people
   * have suppressed; {@code kept}: a newer one may take such a row. {@code reach}: how far each
   * goes. First to the person's other names at that time. Then along the changes: from a number
   * with the next change after it was said or had come there, because the number is somebody else's
   * after that; from an id with all of them.
   *
   * <p>{@code counted}: an id's row is about all that; a number's is about what came from
   * elsewhere, since {@code suppression} has what was said under the number itself. {@code
   * standing}: what no resume lifts, or else the newest of the number's last holder, a stop before
   * a resume of the same second. {@code returned}: the numbers of those who want messages again.
   */
  private static final String SQL =
      """
      WITH RECURSIVE touched AS (
        SELECT name FROM unnest({0}) AS given (name)
        UNION
        SELECT near.name
        FROM touched CROSS JOIN LATERAL (
          SELECT now FROM sluice.renamed WHERE before = touched.name
          UNION ALL
          SELECT before FROM sluice.renamed WHERE now = touched.name
          UNION ALL
          SELECT alias.name FROM sluice.alias WHERE phone = touched.name
          UNION ALL
          SELECT phone FROM sluice.alias WHERE alias.name = touched.name
        ) AS near (name)
      ), entry AS (
        SELECT name, reason, at FROM sluice.said JOIN touched USING (name)
        UNION
        SELECT phone, reason, created_at
        FROM sluice.suppression JOIN touched ON touched.name = phone
        WHERE lifted_at IS NULL OR (reason = {1} AND created_at < lifted_at)
      ), kept AS (
        INSERT INTO sluice.said (name, reason, at)
        SELECT name, reason, at FROM entry WHERE reason = {1} ORDER BY name, at
        ON CONFLICT DO NOTHING
      ), reach (name, reason, at, since, way) AS (
        SELECT name, reason, at, at, 'own' FROM entry
        UNION
        SELECT other.name, reason, at, at, CASE WHEN until IS NULL THEN 'alias' ELSE 'carried' END
        FROM entry CROSS JOIN LATERAL (
          SELECT alias.name, until FROM sluice.alias_until AS alias WHERE phone = entry.name
          UNION ALL
          SELECT phone, until FROM sluice.alias_until AS alias WHERE alias.name = entry.name
        ) AS other (name, until)
        WHERE until IS NULL OR at <= until
        UNION
        SELECT now, reason, reach.at, greatest(since, renamed.at), 'carried'
        FROM reach JOIN sluice.renamed ON renamed.before = reach.name
        WHERE reach.name NOT LIKE '+%'
          OR renamed.at = (
            SELECT min(next.at) FROM sluice.renamed AS next
            WHERE next.before = reach.name AND next.at >= reach.since)
      ), counted AS (
        SELECT name, reason, at, bool_or(reason <> {2}) OVER (PARTITION BY name) AS asked,
          CASE WHEN name LIKE '+%' THEN (
            SELECT min(next.at) FROM sluice.renamed AS next
            WHERE next.before = reach.name AND next.at >= reach.since) END AS left_at
        FROM reach
        WHERE way = 'carried' OR reason = {2} OR (way = 'own' AND name NOT LIKE '+%')
      ), standing AS (
        SELECT DISTINCT ON (name) name,
          CASE WHEN reason = {2} THEN {1} ELSE reason END AS reason, at AS created_at,
          CASE WHEN reason = {2} THEN at END AS lifted_at
        FROM counted
        WHERE asked
        ORDER BY name, reason IN ({1}, {2}), left_at DESC NULLS FIRST, at DESC, reason = {2}
      ), written AS (
        INSERT INTO sluice.opt_out AS known (name, reason, created_at, lifted_at)
        SELECT name, reason, created_at, lifted_at FROM standing
        ON CONFLICT (name) DO UPDATE
        SET reason = excluded.reason, created_at = excluded.created_at,
            lifted_at = excluded.lifted_at
        WHERE (known.reason, known.created_at, known.lifted_at)
          IS DISTINCT FROM (excluded.reason, excluded.created_at, excluded.lifted_at)
      ), withdrawn AS (
        UPDATE sluice.opt_out AS known SET lifted_at = created_at
        FROM touched
        WHERE known.name = touched.name AND known.lifted_at IS NULL
          AND NOT EXISTS (SELECT FROM standing WHERE standing.name = known.name)
      ), returned AS (
        SELECT phone, max(at) AS at
        FROM (SELECT name, at FROM reach WHERE reason = {2}
              UNION ALL
              SELECT phone, at FROM reach JOIN sluice.alias_until AS alias USING (name)
              WHERE reason = {2} AND (until IS NULL OR at <= until)) AS resumed (phone, at)
        GROUP BY phone
      ), locked AS (
        SELECT phone, returned.at FROM sluice.suppression AS known JOIN returned USING (phone)
        WHERE known.reason = {1} AND known.lifted_at IS NULL AND known.created_at < returned.at
        ORDER BY phone
        FOR NO KEY UPDATE OF known
      )
      UPDATE sluice.suppression AS known SET lifted_at = locked.at
      FROM locked WHERE known.phone = locked.phone
      """;

  /** Any number that nobody else takes an advisory lock by. */
  private static final long LOCK = 0x736c_7569_6365_09L;

  /** How often it is tried while somebody holds a row or the lock. */
  private static final int TRIES = 10;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final DSLContext sql;

  StandingWishes(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Works out what stands under these names and all that have to do with them. What was said and
   * changed has to be committed before: one call at a time is here, and the last of two sees what
   * both have kept. A row that somebody holds makes others wait only a moment, since the lock is
   * let go between two tries.
   */
  void settle(Set<String> names) {
    if (names.isEmpty()) {
      return;
    }
    for (int left = TRIES - 1; ; left--) {
      try {
        sql.transaction(transaction -> settle(transaction.dsl(), names));
        return;
      } catch (DataAccessException e) {
        if (left == 0 || !LOCK_NOT_AVAILABLE.equals(e.sqlState())) {
          throw e;
        }
      }
    }
  }

  private static void settle(DSLContext transaction, Set<String> names) {
    transaction.execute("SELECT pg_advisory_xact_lock({0})", DSL.val(LOCK));
    transaction.execute("SET LOCAL lock_timeout = '200ms'");
    transaction.execute(
        SQL,
        DSL.val(names.toArray(String[]::new), SQLDataType.CLOB.array()),
        DSL.val(OptOutReason.PREFERENCE),
        DSL.val(Said.RESUME));
  }
}
