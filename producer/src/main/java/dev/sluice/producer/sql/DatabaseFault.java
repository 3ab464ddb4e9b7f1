package dev.sluice.producer.sql;

import dev.sluice.schema.Reasons;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Whom a failure at the database concerns, which decides who waits. */
public enum DatabaseFault {
  /** The database is away, full, or not prepared for this service: everybody waits. */
  DATABASE,
  /** A lock, a statement that took too long: this campaign tries again, as long as it takes. */
  MOMENT,
  /** Something is wrong with this campaign alone: trying again helps only if somebody mends it. */
  OWN;

  public static DatabaseFault of(Throwable failure) {
    SQLException cause = cause(failure);
    if (cause == null) {
      return OWN;
    }
    String state = cause.getSQLState();
    if (state == null || state.length() < 2) {
      // The pool's own words: there is no connection to be had. Else a value that Java cannot hold.
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

  /** A row that has to be there is not. */
  public static NoSuchElementException missing(String what) {
    return new NoSuchElementException(what + " is gone");
  }
}
