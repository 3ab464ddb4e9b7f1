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
   * circles end. {@code heard}: what was said under them, and numbers that the aggregator or people
   * have suppressed. {@code raised}: rows that a person has lifted by hand, which is a resume that
   * lifts whatever was said under that name. {@code unheard}: what a console of the version before
   * has written. {@code entry} is all that, and {@code kept} what a newer row might hide. {@code
   * reach}: how far each goes. To the person's other names at the time it was said or had come
   * there, and along the changes: from a number with the next change after that time, because the
   * number is somebody else's then; from an id with all of them. A row that is there already is not
   * followed again, so that this ends, too.
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
      ), heard AS (
        SELECT name, reason, at FROM sluice.said JOIN touched USING (name)
        UNION
        SELECT phone, reason, created_at
        FROM sluice.suppression JOIN touched ON touched.name = phone
        WHERE lifted_at IS NULL OR (created_at < lifted_at AND isfinite(lifted_at))
      ), raised AS (
        SELECT name, lifted_at AS at
        FROM (SELECT name, created_at, lifted_at FROM sluice.opt_out
              UNION ALL
              SELECT phone, created_at, lifted_at FROM sluice.suppression) AS stored
        JOIN touched USING (name)
        WHERE isfinite(lifted_at) AND lifted_at > created_at
          AND NOT EXISTS (
            SELECT FROM heard WHERE heard.at = lifted_at AND heard.reason IN ({2}, {3}))
        UNION
        SELECT name, at FROM heard WHERE reason = {3}
      ), unheard AS (
        SELECT name, reason, created_at AS at FROM sluice.opt_out JOIN touched USING (name)
        WHERE lifted_at IS NULL
          AND NOT EXISTS (
            SELECT FROM heard
            WHERE heard.reason = opt_out.reason AND heard.at = opt_out.created_at)
      ), entry AS (
        SELECT name, reason, at FROM (TABLE heard UNION TABLE unheard) AS wish
        WHERE reason <> {3}
          AND (reason IN ({1}, {2}) OR NOT EXISTS (
            SELECT FROM raised WHERE raised.name = wish.name AND raised.at >= wish.at))
        UNION
        SELECT name, {2}, at FROM raised
      ), kept AS (
        INSERT INTO sluice.said (name, reason, at)
        SELECT name, reason, at
        FROM (SELECT name, reason, at FROM heard WHERE reason = {1}
              UNION
              TABLE unheard
              UNION
              SELECT name, {3}, at FROM raised) AS kept
        WHERE isfinite(at)
        ORDER BY name, at, reason
        ON CONFLICT DO NOTHING
      ), reach (name, reason, at, since, way) AS (
        SELECT name, reason, at, at, 'own' FROM entry
        UNION
        SELECT next.name, reason, at, next.since, next.way
        FROM reach CROSS JOIN LATERAL (
          SELECT other.name, reach.since, CASE WHEN until IS NULL THEN 'alias' ELSE 'carried' END
          FROM (
            SELECT alias.name, until FROM sluice.alias_until AS alias WHERE phone = reach.name
            UNION ALL
            SELECT phone, until FROM sluice.alias_until AS alias WHERE alias.name = reach.name
          ) AS other (name, until)
          WHERE until IS NULL OR reach.since <= until
          UNION ALL
          SELECT now, greatest(reach.since, renamed.at), 'carried'
          FROM sluice.renamed
          WHERE renamed.before = reach.name
            AND (reach.name NOT LIKE '+%'
              OR renamed.at = (
                SELECT min(later.at) FROM sluice.renamed AS later
                WHERE later.before = reach.name AND later.at >= reach.since))
        ) AS next (name, since, way)
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
        DSL.val(Said.RESUME),
        DSL.val(Said.LIFTED));
  }
}
