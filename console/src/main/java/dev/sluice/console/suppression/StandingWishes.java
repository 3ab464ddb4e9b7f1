package dev.sluice.console.suppression;

import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Computes the opt-out and the suppression that are in force for each name, from all statements
 * about it and about earlier names of the same person. It always computes them anew from the stored
 * statements, so that their times decide and the order of the calls does not.
 */
final class StandingWishes {
  /** Names related to {@code touched.name}: one step of a recursion. */
  static final String NEAR =
      """
      CROSS JOIN LATERAL (
        SELECT now FROM sluice.renamed WHERE before = touched.name
        UNION ALL
        SELECT before FROM sluice.renamed WHERE now = touched.name
        UNION ALL
        SELECT alias.name FROM sluice.alias WHERE phone = touched.name
        UNION ALL
        SELECT phone FROM sluice.alias WHERE alias.name = touched.name
      ) AS near (name)
      """;

  /**
   * The parts of the statement, in order. The input:
   *
   * <ul>
   *   <li>{@code touched}: all names related to the given ones. Each is visited once, so cycles
   *       end.
   *   <li>{@code heard}: the statements under these names, and the numbers that the aggregator or
   *       users have suppressed ({@code stored}).
   *   <li>{@code raised}: rows lifted by hand. A lift ends all earlier statements of the person who
   *       had that name then.
   *   <li>{@code unheard}: rows written by a console of the previous version.
   *   <li>{@code entry}: the union of these.
   *   <li>{@code kept}: stores the entries that a newer row might hide. By them {@link LateRows}
   *       sees that a row has been taken into account, as it does by {@code seen} for aliases.
   * </ul>
   *
   * <p>{@code reach}: the names to which each entry applies. These are the other names that the
   * person had at the time of the statement or of its arrival at a name, and those that follow from
   * renames: from a number only with the next rename after that time, because the number then
   * belongs to another person; from an id with all renames, to the name that the person had at the
   * time of the statement ({@code trail}). A row that was already found is not followed again, so
   * the recursion ends.
   *
   * <p>The result:
   *
   * <ul>
   *   <li>{@code counted}: for an id, all of these entries; for a number, only those that come from
   *       other names, since {@code suppression} has the number's own.
   *   <li>{@code current}: those that were not lifted by hand, at this name or where they came
   *       from.
   *   <li>{@code standing}: for each name the entry in force: one that no resume lifts, or else the
   *       newest of the number's last holder, with a stop before a resume of the same second.
   *   <li>{@code returned}: the numbers of people who want messages again, and the numbers lifted
   *       by hand. Older stops no longer suppress these.
   * </ul>
   *
   * <p>Reasons written by other programs are truncated to fit into an index.
   *
   * <p>Each table is queried name by name (LATERAL, which OFFSET 0 keeps from becoming a join), and
   * existing rows are changed by an upsert, so that no plan reads a whole table, even if it has
   * never been analyzed.
   */
  private static final String SQL =
      """
      WITH RECURSIVE touched AS (
        SELECT name FROM unnest({0}) AS given (name)
        UNION
        SELECT near.name FROM touched
        $near
      ), stored AS (
        SELECT name, reason, at
        FROM touched CROSS JOIN LATERAL (
          SELECT left(reason, 200) AS reason, created_at AS at FROM sluice.suppression
          WHERE phone = touched.name
            AND (lifted_at IS NULL OR (created_at < lifted_at AND isfinite(lifted_at)))
          OFFSET 0) AS known
      ), heard AS (
        SELECT name, reason, at
        FROM touched CROSS JOIN LATERAL (
          SELECT reason, at FROM sluice.said WHERE name = touched.name OFFSET 0) AS known
        UNION
        TABLE stored
      ), raised AS (
        SELECT name, lifted_at AS at
        FROM touched CROSS JOIN LATERAL (
          SELECT created_at, lifted_at FROM sluice.opt_out WHERE name = touched.name
          UNION ALL
          SELECT created_at, lifted_at FROM sluice.suppression WHERE phone = touched.name) AS known
        WHERE isfinite(lifted_at) AND lifted_at > created_at
          AND NOT EXISTS (
            SELECT FROM heard WHERE heard.at = lifted_at AND heard.reason IN ({2}, {3}))
        UNION
        SELECT name, at FROM heard WHERE reason = {3}
      ), unheard AS (
        SELECT name, reason, at
        FROM touched CROSS JOIN LATERAL (
          SELECT left(reason, 200) AS reason, created_at AS at FROM sluice.opt_out
          WHERE name = touched.name AND lifted_at IS NULL
          OFFSET 0) AS known
        WHERE (reason, at) NOT IN (SELECT reason, at FROM heard)
      ), entry AS (
        SELECT name, reason, at FROM (TABLE heard UNION TABLE unheard) AS wish WHERE reason <> {3}
        UNION
        SELECT name, {3}, at FROM raised
      ), kept AS (
        INSERT INTO sluice.said (name, reason, at)
        SELECT name, reason, at
        FROM (TABLE stored
              UNION
              TABLE unheard
              UNION
              SELECT name, {3}, at FROM raised) AS kept
        WHERE isfinite(at)
        ORDER BY name, at, reason
        ON CONFLICT DO NOTHING
      ), seen AS (
        INSERT INTO sluice.alias (phone, name)
        SELECT touched.name, known.name
        FROM touched CROSS JOIN LATERAL (
          SELECT name FROM sluice.alias WHERE phone = touched.name AND NOT settled
          OFFSET 0) AS known
        ORDER BY touched.name, known.name
        ON CONFLICT (phone, name) DO UPDATE SET settled = true
      ), reach (name, reason, at, since, way) AS (
        SELECT name, reason, at, at, 'own' FROM entry
        UNION
        SELECT next.name, reason, at, next.since, next.way
        FROM reach CROSS JOIN LATERAL (
          SELECT other.name, greatest(reach.since, other.since),
            CASE WHEN until IS NULL THEN 'alias' ELSE 'carried' END
          FROM (
            SELECT alias.name, '-infinity'::timestamptz, until FROM sluice.alias_until AS alias
            WHERE phone = reach.name AND alias.since <= reach.since
            UNION ALL
            SELECT phone, since, until FROM sluice.alias_until AS alias
            WHERE alias.name = reach.name
          ) AS other (name, since, until)
          WHERE until IS NULL OR reach.since <= until
          UNION ALL
          SELECT held.name, greatest(reach.since, renamed.at), 'carried'
          FROM sluice.renamed CROSS JOIN LATERAL (
            WITH RECURSIVE trail (name, since) AS (
              SELECT now, renamed.at
              UNION
              SELECT later.now, later.at
              FROM trail CROSS JOIN LATERAL (
                SELECT now, at FROM sluice.renamed
                WHERE before = trail.name AND at >= trail.since AND trail.name LIKE '+%'
                ORDER BY at FETCH FIRST ROW WITH TIES) AS later
              WHERE later.at < reach.since
            )
            SELECT name FROM trail
            WHERE name NOT LIKE '+%' OR NOT EXISTS (
              SELECT FROM sluice.renamed
              WHERE before = trail.name AND at >= trail.since AND at < reach.since)) AS held
          WHERE renamed.before = reach.name
            AND (reach.name NOT LIKE '+%'
              OR renamed.at = (
                SELECT min(later.at) FROM sluice.renamed AS later
                WHERE later.before = reach.name AND later.at >= reach.since))
        ) AS next (name, since, way)
      ), counted AS (
        SELECT name, reason, at, since, way,
          CASE WHEN name LIKE '+%' THEN (
            SELECT min(next.at) FROM sluice.renamed AS next
            WHERE next.before = reach.name AND next.at >= reach.since) END AS left_at
        FROM reach
        WHERE way = 'carried' OR reason IN ({2}, {3}) OR (way = 'own' AND name NOT LIKE '+%')
      ), lifts AS (
        SELECT name, at, since, way, left_at FROM counted WHERE reason = {3}
      ), current AS (
        SELECT name, CASE WHEN reason = {3} THEN {2} ELSE reason END AS reason, at, left_at,
          bool_or(reason NOT IN ({2}, {3})) OVER (PARTITION BY name) AS asked
        FROM counted
        WHERE NOT EXISTS (
          SELECT FROM lifts AS lift
          WHERE lift.name = counted.name
            AND lift.at > counted.at AND lift.since >= counted.since
            AND (lift.way = 'own' OR lift.left_at IS NOT DISTINCT FROM counted.left_at))
      ), standing AS (
        SELECT DISTINCT ON (name) name,
          CASE WHEN reason = {2} THEN {1} ELSE reason END AS reason, at AS created_at,
          CASE WHEN reason = {2} THEN at END AS lifted_at
        FROM current
        WHERE asked
        ORDER BY name, reason IN ({1}, {2}), left_at DESC NULLS FIRST, at DESC, reason = {2}
      ), withdrawn AS (
        SELECT name, reason, at AS created_at, at AS lifted_at
        FROM touched CROSS JOIN LATERAL (
          SELECT reason, created_at AS at FROM sluice.opt_out
          WHERE name = touched.name AND lifted_at IS NULL
          OFFSET 0) AS known
        WHERE name NOT IN (SELECT name FROM standing)
      ), written AS (
        INSERT INTO sluice.opt_out AS known (name, reason, created_at, lifted_at)
        SELECT name, reason, created_at, lifted_at
        FROM (TABLE standing UNION ALL TABLE withdrawn) AS stands
        ORDER BY name
        ON CONFLICT (name) DO UPDATE
        SET reason = excluded.reason, created_at = excluded.created_at,
            lifted_at = excluded.lifted_at
        WHERE (known.reason, known.created_at, known.lifted_at)
          IS DISTINCT FROM (excluded.reason, excluded.created_at, excluded.lifted_at)
      ), returned AS (
        SELECT phone, max(at) AS resumed, max(at) FILTER (WHERE here) AS lifted
        FROM (SELECT name, at, reason = {3} AND way <> 'carried' FROM reach
              WHERE reason IN ({2}, {3})
              UNION ALL
              SELECT phone, at, false
              FROM reach CROSS JOIN LATERAL (
                SELECT phone, until FROM sluice.alias_until AS alias WHERE alias.name = reach.name
                OFFSET 0) AS alias
              WHERE reason IN ({2}, {3}) AND (until IS NULL OR at <= until)
        ) AS back (phone, at, here)
        GROUP BY phone
      ), locked AS (
        SELECT returned.phone, reason, created_at, resumed,
          CASE WHEN created_at < lifted THEN lifted END AS lifted
        FROM (SELECT phone, resumed, lifted FROM returned ORDER BY phone) AS returned
        CROSS JOIN LATERAL (
          SELECT reason, created_at FROM sluice.suppression
          WHERE phone = returned.phone AND lifted_at IS NULL
            AND (created_at < lifted OR (reason = {1} AND created_at < resumed))
          FOR NO KEY UPDATE) AS known
      )
      INSERT INTO sluice.suppression (phone, reason, created_at, lifted_at)
      SELECT phone, CASE WHEN lifted IS NULL THEN reason ELSE {3} END,
        coalesce(lifted, created_at), coalesce(lifted, resumed)
      FROM locked
      ON CONFLICT (phone) DO UPDATE
      SET reason = excluded.reason, created_at = excluded.created_at, lifted_at = excluded.lifted_at
      """
          .replace("$near", NEAR);

  /**
   * A time in the future ({1} is now) is replaced by one of now, for good: otherwise a stop would
   * outweigh every lift until then, and a lift would swallow every stop. A lift takes back what
   * stands in its row, and nothing newer. If a person said several such things, each gets a time of
   * its own.
   */
  private static final String CLIP =
      """
      WITH RECURSIVE touched AS (
        SELECT name FROM unnest({0}) AS given (name)
        UNION
        SELECT near.name FROM touched
        $near
      ), moment AS (
        SELECT {1} + interval '2 seconds' AS soon,
          date_trunc('second', {1}) - interval '1 microsecond' AS past
      ), ahead AS (
        SELECT known.name, known.reason, known.at,
          past - row_number() OVER (PARTITION BY known.name, known.reason ORDER BY known.at)
            * interval '1 microsecond' AS met
        FROM moment CROSS JOIN touched CROSS JOIN LATERAL (
          SELECT name, reason, at FROM sluice.said WHERE said.name = touched.name AND at > soon
          OFFSET 0) AS known
      ), told AS (
        UPDATE sluice.said SET at = met
        FROM ahead
        WHERE said.name = ahead.name AND said.at = ahead.at AND said.reason = ahead.reason
          AND NOT EXISTS (
            SELECT FROM sluice.said AS other
            WHERE other.name = ahead.name AND other.at = met AND other.reason = ahead.reason)
      ), opted_out AS (
        UPDATE sluice.opt_out
        SET created_at = least(created_at, past),
          lifted_at = $lifted
        FROM moment
        WHERE name IN (SELECT name FROM touched)
          AND (created_at > soon OR (lifted_at > soon AND isfinite(lifted_at)))
      )
      UPDATE sluice.suppression
      SET created_at = least(created_at, past),
        lifted_at = $lifted
      FROM moment
      WHERE phone IN (SELECT name FROM touched)
        AND (created_at > soon OR (lifted_at > soon AND isfinite(lifted_at)))
      """
          .replace("$near", NEAR)
          .replace(
              "$lifted",
              """
              CASE WHEN lifted_at > soon AND isfinite(lifted_at)
                THEN least(created_at, past)
                  + CASE WHEN created_at < lifted_at THEN 1 ELSE 0 END * interval '1 microsecond'
                ELSE lifted_at END\
              """);

  /** An arbitrary number by which nothing else takes an advisory lock. */
  private static final long LOCK = 0x736c_7569_6365_09L;

  /** Further columns of a SELECT, which keep the planner from reading whole tables. */
  static final String BY_INDEX =
      ", set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true)"
          + ", set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)";

  /** Attempts while a row or the lock is held by others. */
  private static final int TRIES = 10;

  /**
   * Names settled in one transaction: few, so that others wait only briefly, however many a call
   * reports.
   */
  private static final int SETTLED_AT_ONCE = 200;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  static final Field<Instant> NOW = DSL.field("clock_timestamp()", SQLDataType.INSTANT);

  private final DSLContext sql;

  StandingWishes(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Computes what stands under these names and all related ones. What was said and changed has to
   * be committed before: calls run one at a time, so the last of two sees what both have stored. A
   * locked row makes others wait only briefly, since the advisory lock is released between two
   * attempts.
   */
  void settle(Set<String> names) {
    for (int from = 0; from < names.size(); from += SETTLED_AT_ONCE) {
      Set<String> some =
          names.stream().sorted().skip(from).limit(SETTLED_AT_ONCE).collect(Collectors.toSet());
      oneAtATime(sql, transaction -> settle(transaction, some));
    }
  }

  /**
   * Runs work on wishes in a transaction that excludes all others; tries again while a row is
   * locked. Its plans do not depend on statistics, which tables that were just filled do not have:
   * all of its joins are index lookups.
   */
  static <T> T oneAtATime(DSLContext sql, Function<DSLContext, T> work) {
    for (int left = TRIES - 1; ; left--) {
      try {
        return sql.transactionResult(transaction -> {
          transaction.dsl().execute("SELECT pg_advisory_xact_lock({0})", DSL.val(LOCK));
          transaction.dsl().execute("SELECT set_config('lock_timeout', '200ms', true)" + BY_INDEX);
          return work.apply(transaction.dsl());
        });
      } catch (DataAccessException e) {
        if (left == 0 || !LOCK_NOT_AVAILABLE.equals(e.sqlState())) {
          throw e;
        }
      }
    }
  }

  /**
   * Moves times in the future to now, in everything related to these names; runs within {@link
   * #oneAtATime}.
   */
  static void clip(DSLContext transaction, Set<String> names, Field<Instant> now) {
    transaction.execute(CLIP, DSL.val(names.toArray(String[]::new), SQLDataType.CLOB.array()), now);
  }

  /**
   * Settles these names within {@link #oneAtATime}; what the transaction has written before counts,
   * too.
   *
   * @return how many suppressions were lifted
   */
  static int settle(DSLContext transaction, Set<String> names) {
    clip(transaction, names, NOW);
    return transaction.execute(
        SQL,
        DSL.val(names.toArray(String[]::new), SQLDataType.CLOB.array()),
        DSL.val(OptOutReason.PREFERENCE),
        DSL.val(Said.RESUME),
        DSL.val(Said.LIFTED));
  }
}
