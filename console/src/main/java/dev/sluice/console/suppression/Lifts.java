package dev.sluice.console.suppression;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;

/**
 * Lifts suppressions by hand. The person gets messages again, whatever was said before the lift
 * under any of the person's names, even if it is reported only later; what is said from then on
 * counts.
 */
public final class Lifts {
  /**
   * The time is later than everything that stands, and than the changes by which people came and
   * left. Otherwise it is a whole second, as the provider's times are: a STOP in the same second
   * counts.
   */
  private static final String STANDING =
      """
      SELECT string_agg(DISTINCT reason, '; ' ORDER BY reason) AS was,
        coalesce(bool_or(reason IN ({1}, {2})), false) AS asked,
        greatest(date_trunc('second', {3}),
          max(at) FILTER (WHERE isfinite(at)) + interval '1 microsecond') AS at
      FROM (
        SELECT left(reason, 200) AS reason, created_at AS at FROM sluice.suppression
        WHERE phone = {0} AND lifted_at IS NULL
        UNION ALL
        SELECT reason, at
        FROM sluice.alias CROSS JOIN LATERAL (
          SELECT left(reason, 200) AS reason, created_at AS at FROM sluice.suppression
          WHERE suppression.phone = alias.name AND lifted_at IS NULL
          OFFSET 0) AS other
        WHERE phone = {0}
        UNION ALL
        SELECT left(reason, 200), created_at FROM sluice.opt_out
        WHERE name = {0} AND lifted_at IS NULL
        UNION ALL
        SELECT reason, at
        FROM sluice.alias_until AS alias CROSS JOIN LATERAL (
          SELECT left(reason, 200) AS reason, created_at AS at FROM sluice.opt_out
          WHERE opt_out.name = alias.name AND lifted_at IS NULL
          OFFSET 0) AS other
        WHERE phone = {0} AND until IS NULL
        UNION ALL
        SELECT NULL, at FROM sluice.renamed WHERE {0} IN (before, now)
      ) AS standing
      """;

  /**
   * The row's previous statement is kept in {@code said}, as the row takes another reason. A row
   * that another writer has made in the meantime stays.
   */
  private static final String WRITE =
      """
      WITH kept AS (
        INSERT INTO sluice.said (name, reason, at)
        SELECT phone, left(reason, 200), created_at FROM sluice.suppression
        WHERE phone = {0} AND isfinite(created_at)
          AND (lifted_at IS NULL OR created_at < lifted_at)
        UNION ALL
        SELECT {0}, {2}, {1}
        ON CONFLICT DO NOTHING
      ), noted AS (
        INSERT INTO sluice.lift (phone, at, lifted_by, reason, was)
        VALUES ({0}, {1}, {3}, {4}, {5})
      )
      INSERT INTO sluice.suppression AS known (phone, reason, created_at, lifted_at)
      VALUES ({0}, {2}, {1}, {1})
      ON CONFLICT (phone) DO UPDATE
      SET reason = excluded.reason, created_at = excluded.created_at, lifted_at = excluded.lifted_at
      WHERE known.lifted_at IS NOT NULL OR known.created_at < excluded.created_at
      """;

  /**
   * The rows that suppress a number ({@code suppressed_phone} has it for these reasons), or the
   * number of which it is another spelling: messages go to that one.
   */
  private static final String LEFT =
      """
      SELECT DISTINCT known.name, reason
      FROM (
        SELECT {0} AS phone
        UNION
        SELECT phone FROM sluice.alias WHERE name = {0}
      ) AS spelled CROSS JOIN LATERAL (
        SELECT spelled.phone AS name
        UNION
        SELECT alias.name FROM sluice.alias_until AS alias
        WHERE alias.phone = spelled.phone AND until IS NULL
      ) AS known CROSS JOIN LATERAL (
        SELECT left(reason, 200) AS reason FROM sluice.suppression
        WHERE phone = known.name AND lifted_at IS NULL
        UNION ALL
        SELECT left(reason, 200) FROM sluice.opt_out
        WHERE opt_out.name = known.name AND lifted_at IS NULL
      ) AS standing
      ORDER BY known.name, reason
      """;

  private final DSLContext sql;
  private final Field<Instant> now;

  public Lifts(DSLContext sql) {
    this(sql, StandingWishes.NOW);
  }

  Lifts(DSLContext sql, Field<Instant> now) {
    this.sql = sql;
    this.now = now;
  }

  /**
   * A lifted suppression.
   *
   * @param was the reasons that stood
   */
  record Lift(String phone, Instant liftedAt, String was) {}

  /**
   * A row that still suppresses the number.
   *
   * @param name the name of its person under which it stands: the number itself, another one or an
   *     id
   */
  record Left(String name, String reason) {}

  /** The lift, and the rows that still suppress the number. */
  record Lifted(Lift lift, List<Left> left) {
    /** Returns in words what is left, and what helps. */
    String words() {
      String others =
          left.stream()
              .map(Left::name)
              .filter(name -> Said.isNumber(name) && !name.equals(lift.phone()))
              .distinct()
              .collect(Collectors.joining(" and "));
      return left.stream()
          .map(one -> one.name() + " (" + one.reason() + ")")
          .collect(
              Collectors.joining(
                  ", ",
                  lift.phone() + " is lifted, and its person still gets nothing because of ",
                  others.isEmpty()
                      ? ", which is newer: lift it once more if that shall not count."
                      : ": lift " + others + " too."));
    }
  }

  /**
   * Lifts whatever suppresses a number.
   *
   * @param reason why; required if the person asked to be suppressed
   * @throws ProblemException 404 if nothing suppresses the number, 409 if the reason is missing
   */
  Lifted lift(String phone, Optional<String> reason, String by) {
    return StandingWishes.oneAtATime(
        sql,
        transaction -> {
          transaction.execute(
              "SELECT FROM sluice.suppression WHERE phone = {0} FOR NO KEY UPDATE", DSL.val(phone));
          StandingWishes.clip(transaction, Set.of(phone), now);
          Record standing =
              transaction.fetchSingle(
                  STANDING,
                  DSL.val(phone),
                  DSL.val(OptOutReason.PREFERENCE),
                  DSL.val(Said.MESSAGE),
                  now);
          String was = standing.get("was", String.class);
          if (was == null) {
            throw ProblemException.notFound(phone + " is not suppressed.");
          }
          if (reason.isEmpty() && standing.get("asked", boolean.class)) {
            throw ProblemException.conflict(
                    "The person asked for it (" + was + "): say why it is lifted with ?reason=.")
                .with("field", "reason");
          }
          Instant at = standing.get("at", Instant.class);
          transaction.execute(
              WRITE,
              DSL.val(phone),
              DSL.val(at),
              DSL.val(Said.LIFTED),
              DSL.val(by),
              DSL.val(reason.orElse(null)),
              DSL.val(was));
          StandingWishes.settle(transaction, Set.of(phone));
          List<Left> left =
              transaction
                  .fetch(LEFT, DSL.val(phone))
                  .map(row -> new Left(row.get(0, String.class), row.get(1, String.class)));
          return new Lifted(new Lift(phone, at, was), left);
        });
  }
}
