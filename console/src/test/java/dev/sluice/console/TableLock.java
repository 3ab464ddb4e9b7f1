package dev.sluice.console;

import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.impl.DSL;

/** Locks a table exclusively until it is closed. */
record TableLock(Connection holder) implements AutoCloseable {
  TableLock(Connection holder, String table) throws SQLException {
    this(holder);
    holder.setAutoCommit(false);
    try (var statement = holder.createStatement()) {
      statement.execute("LOCK TABLE sluice." + table);
    }
  }

  /** Returns how many statements wait for the lock. */
  int waiting() {
    return Locks.waiting(DSL.using(holder));
  }

  @Override
  public void close() throws SQLException {
    holder.close();
  }
}
