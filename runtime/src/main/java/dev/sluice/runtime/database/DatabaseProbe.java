package dev.sluice.runtime.database;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Probe;

/** Reports in a service's health whether PostgreSQL can be reached. */
public final class DatabaseProbe {
  private static final int TIMEOUT_S = 5;

  private DatabaseProbe() {}

  /** Starts watching a database; close the probe to stop. */
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
