package dev.sluice.aggregator;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jooq.exception.DataAccessException;

/** The cause of a statement's failure, by its SQLSTATE. */
enum Fault {
  /** The data: no retry helps, so it is given up. */
  REFUSED,
  /**
   * The rows or the moment: a lock, a deadlock, a statement that took too long. It is the database
   * if no other campaign can write either.
   */
  BUSY,
  /**
   * Either the campaign's rows or all rows: a trigger or a policy that lacks a name or a right, a
   * page or an index that cannot be read. The results of other campaigns decide which.
   */
  UNCLEAR,
  /** The database as a whole, or its set-up: no campaign can write. */
  AWAY;

  private static final String DISK_FULL = "53100";
  private static final String RAISED_BY_A_TRIGGER = "P0001";

  /** Returns the fault of a failed statement. */
  static Fault of(DataAccessException failure) {
    String state = failure.sqlState();
    if (failure.getCause(SQLException.class) == null) {
      return BUSY;
    }
    if (state.startsWith("00") && failure.getCause(SQLTransientConnectionException.class) == null) {
      // Not reported by the database: a value in a row cannot be read.
      return BUSY;
    }
    if (state.equals(RAISED_BY_A_TRIGGER)) {
      return REFUSED;
    }
    if (state.equals(DISK_FULL)) {
      // It affects all campaigns, and a probe that changes no row does not notice it.
      return AWAY;
    }
    return switch (state.substring(0, 2)) {
      // Cardinality, data, constraints, check options, program limits (a row too large for an
      // index).
      case "21", "22", "23", "44", "54" -> REFUSED;
      // None (no connection), connection, read-only, authorization, database.
      case "00", "08", "25", "28", "3D" -> AWAY;
      // Schemas, names and privileges, system errors, and damaged data.
      case "3F", "42", "58", "XX" -> UNCLEAR;
      // Resources and shutdown too, for example memory that one statement lacks.
      default -> BUSY;
    };
  }
}
