package dev.sluice.runtime.database;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Probe;

/** Reports to health whether PostgreSQL can be reached. */
public final class DatabaseProbe {
  private static final int TIMEOUT_S = 5;

  private DatabaseProbe() {}

  /** Watches a database until it is closed. */
  public static Probe of(Database database, DatabaseConfig config, Health health) {
    return Probe.start(
        "postgresql",
        config.url(),
        () -> {
          try (var connection = database.dataSource().getConnection()) {
            return connection.isValid(TIMEOUT_S);
          }
        },
        health);
  }
}
