package dev.sluice.console.sql;

import dev.sluice.console.http.ProblemException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * Reads that are given up when they take too long, and changes when they have to wait too long for
 * others: a caller is waiting, and others need the connection.
 */
public final class Briefly {
  /** PostgreSQL's SQLSTATEs for a statement that took too long, or waited too long for a lock. */
  private static final Set<String> TOO_LONG = Set.of("57014", "55P03");

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private Briefly() {}

  /**
   * Runs a read whose statements may each take no longer than {@code longest}; empty if one of them
   * would.
   *
   * @param without settings of kinds of plan to avoid, like {@code enable_sort}: right after an
   *     import PostgreSQL does not know how many rows there are
   */
  public static <T> Optional<T> read(
      DSLContext sql, Duration longest, Set<String> without, Function<DSLContext, T> work) {
    try {
      return Optional.of(
          sql.transactionResult(transaction -> {
            DSLContext inside = transaction.dsl();
            inside.execute(
                "SET LOCAL statement_timeout = "
                    + longest.toMillis()
                    + String.join(
                        "", without.stream().map("; SET LOCAL %s = off"::formatted).toList()));
            return work.apply(inside);
          }));
    } catch (DataAccessException e) {
      if (TOO_LONG.contains(String.valueOf(e.sqlState()))) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Runs a change in a transaction.
   *
   * @param longest how long a statement may wait for another transaction
   * @param held what is thrown if it would have to wait longer
   */
  public static <T> T change(
      DSLContext sql,
      Duration longest,
      Supplier<ProblemException> held,
      Function<DSLContext, T> work) {
    try {
      return sql.transactionResult(transaction -> {
        DSLContext inside = transaction.dsl();
        inside.execute("SET LOCAL lock_timeout = " + longest.toMillis());
        return work.apply(inside);
      });
    } catch (DataAccessException e) {
      throw LOCK_NOT_AVAILABLE.equals(e.sqlState()) ? held.get() : e;
    }
  }
}
