package dev.sluice.producer.sql;

import dev.sluice.schema.Reasons;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The scope of a database failure, which decides which campaigns wait. */
public enum DatabaseFault {
  /** The database is unavailable, full, or not migrated: all campaigns wait. */
  DATABASE,
  /** A lock or a timeout: this campaign retries without limit. */
  MOMENT,
  /** This campaign is at fault: a retry helps only once it is repaired. */
  OWN;

  public static DatabaseFault of(Throwable failure) {
    SQLException cause = cause(failure);
    if (cause == null) {
      return OWN;
    }
    String state = cause.getSQLState();
    if (state == null || state.length() < 2) {
      // From the connection pool if it has no connection; otherwise a value that Java cannot
      // represent.
      return cause instanceof SQLTransientConnectionException ? DATABASE : OWN;
    }
    if (state.equals("57014")) {
      return MOMENT;
    }
    return switch (state.substring(0, 2)) {
      case "21", "22", "23", "P0" -> OWN;
      case "40", "55", "XX" -> MOMENT;
      default -> DATABASE;
    };
  }

  /** Why, in one line. */
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

  /** A required row is missing. */
  public static NoSuchElementException missing(String what) {
    return new NoSuchElementException(what + " is gone");
  }
}
