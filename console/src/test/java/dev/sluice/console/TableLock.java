package dev.sluice.console;

import java.sql.Connection;
import java.sql.SQLException;

/** Locks a table of the crowd exclusively until it is closed. */
record TableLock(Connection holder) implements AutoCloseable {
  TableLock(String table) throws SQLException {
    this(Crowd.owner());
    holder.setAutoCommit(false);
    try (var statement = holder.createStatement()) {
      statement.execute("LOCK TABLE sluice." + table);
    }
  }

  /** Returns how many statements wait for the lock. */
  int waiting() throws SQLException {
    try (var statement = holder.createStatement();
        var count =
            statement.executeQuery(
                "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                    + " WHERE NOT granted AND datname = current_database()")) {
      count.next();
      return count.getInt(1);
    }
  }

  @Override
  public void close() throws SQLException {
    holder.close();
  }
}
