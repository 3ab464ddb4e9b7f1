package dev.sluice.aggregator;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jooq.exception.DataAccessException;

/** The cause of a statement's failure, by its SQLSTATE. */
enum Fault {
  /** The data: no retry helps, so it is given up. */
  REFUSED,
  /**
   * Of the rows concerned, or of the moment: a lock, a deadlock, a statement that took too long; or
   * of the database, if nobody else can write either.
   */
  BUSY,
  /**
   * Of the rows concerned, or of everybody's: a trigger or a policy that lacks a name or a right, a
   * page or an index that cannot be read. What becomes of others' results tells.
   */
  UNCLEAR,
  /** The database's as a whole, or of its set-up: nobody can write. */
  AWAY;

  private static final String DISK_FULL = "53100";
  private static final String RAISED_BY_A_TRIGGER = "P0001";

  /** What a failed statement says. */
  static Fault of(DataAccessException failure) {
    String state = failure.sqlState();
    if (failure.getCause(SQLException.class) == null) {
      return BUSY;
    }
    if (state.startsWith("00") && failure.getCause(SQLTransientConnectionException.class) == null) {
      // Not a word of the database's: something in a row cannot be read.
      return BUSY;
    }
    if (state.equals(RAISED_BY_A_TRIGGER)) {
      return REFUSED;
    }
    if (state.equals(DISK_FULL)) {
      // Everybody's, and a probe that changes no row does not notice it.
      return AWAY;
    }
    return switch (state.substring(0, 2)) {
      // Cardinality, data, constraints, check options, program limits (a row too large for an
      // index).
      case "21", "22", "23", "44", "54" -> REFUSED;
      // None at all (no connection), connection, read-only, authorization, and database.
      case "00", "08", "25", "28", "3D" -> AWAY;
      // Schemas, names and privileges, the system, and damaged data.
      case "3F", "42", "58", "XX" -> UNCLEAR;
      // Resources and shutdown too: memory that one statement lacks.
      default -> BUSY;
    };
  }
}
