package dev.sluice.console.sql;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * Reads that are given up when they take too long: a caller is waiting, and others need the
 * connection.
 */
public final class Briefly {
  /** PostgreSQL's SQLSTATEs for a statement that took too long, or waited too long for a lock. */
  private static final Set<String> TOO_LONG = Set.of("57014", "55P03");

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
}
