package dev.sluice.producer.sql;

import dev.sluice.schema.Reasons;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The scope of a database failure, which decides which campaigns wait. */
public enum DatabaseFault {
  /** The database is unavailable, full, or works for no campaign: all campaigns wait. */
  DATABASE,
  /** A lock or a timeout: this campaign retries without limit. */
  MOMENT,
  /** This campaign is at fault: a retry helps only once it is repaired. */
  OWN;

  private static final String STATEMENT_TIMEOUT = "57014";
  private static final String DISK_FULL = "53100";
  private static final String TOO_MANY_CONNECTIONS = "53300";

  /**
   * Returns the scope of a failure.
   *
   * @param rehearsal fails if the database works for no campaign; run if the failure alone does not
   *     decide
   */
  public static DatabaseFault of(Throwable failure, Runnable rehearsal) {
    SQLException cause = cause(failure);
    if (cause == null) {
      return OWN;
    }
    if (cause instanceof SQLTransientConnectionException) {
      // The pool has no connection.
      return DATABASE;
    }
    String state = cause.getSQLState();
    if (state == null || state.length() < 2) {
      // A value that Java cannot represent.
      return OWN;
    }
    return switch (state) {
      case STATEMENT_TIMEOUT -> MOMENT;
      // A rehearsal notices neither.
      case DISK_FULL, TOO_MANY_CONNECTIONS -> DATABASE;
      default -> ofClass(state.substring(0, 2), rehearsal);
    };
  }

  private static DatabaseFault ofClass(String stateClass, Runnable rehearsal) {
    return switch (stateClass) {
      // Cardinality, data, constraints, check options, program limits (a row too large for an
      // index), raised by a trigger.
      case "21", "22", "23", "44", "54", "P0" -> OWN;
      case "40", "55", "XX" -> MOMENT;
      // Connection, read-only, authorization, database and schema, shutdown.
      case "08", "25", "28", "3D", "3F", "57" -> DATABASE;
      // Resources and the system: either this passes, or the rehearsal soon fails too.
      case "53", "58" -> works(rehearsal) ? MOMENT : DATABASE;
      // Includes names and privileges: the database is not migrated, or a trigger or a policy lacks
      // them only for one campaign's rows.
      default -> works(rehearsal) ? OWN : DATABASE;
    };
  }

  private static boolean works(Runnable rehearsal) {
    try {
      rehearsal.run();
      return true;
    } catch (RuntimeException | Error e) {
      return false;
    }
  }

  /** Returns the reason of a failure in one line. */
  public static String reason(Throwable failure) {
    SQLException cause = cause(failure);
    Throwable root = cause == null ? failure : cause;
    return Texts.shortened(Reasons.of(root));
  }

  private static @Nullable SQLException cause(Throwable failure) {
    for (Throwable one = failure; one != null; one = one.getCause()) {
      if (one instanceof SQLException found) {
        return found;
      }
    }
    return null;
  }

  /** Returns the failure for a required row that is missing. */
  public static NoSuchElementException missing(String what) {
    return new NoSuchElementException(what + " is gone");
  }
}
