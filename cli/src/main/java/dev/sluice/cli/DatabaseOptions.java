package dev.sluice.cli;

import dev.sluice.runtime.database.DatabaseConfig;
import picocli.CommandLine.Option;

/** How to reach PostgreSQL in the application role. */
final class DatabaseOptions {
  static final String PASSWORD = "SLUICE_DATABASE_PASSWORD";

  @Option(
      names = "--database",
      paramLabel = "URL",
      defaultValue = "${env:SLUICE_DATABASE_URL:-jdbc:postgresql://localhost:5432/sluice}",
      description = "PostgreSQL's JDBC URL (SLUICE_DATABASE_URL; ${DEFAULT-VALUE}).")
  private String url = "";

  @Option(
      names = "--database-user",
      paramLabel = "ROLE",
      defaultValue = "${env:SLUICE_DATABASE_USER:-sluice_app}",
      description =
          "The service's role: sluice_producer, sluice_aggregator, sluice_console, or sluice_app,"
              + " which has the rights of all three (SLUICE_DATABASE_USER; ${DEFAULT-VALUE}). Its"
              + " password is in SLUICE_DATABASE_PASSWORD or SLUICE_DATABASE_PASSWORD_FILE.")
  private String user = "";

  DatabaseConfig config() {
    return as(user, PASSWORD);
  }

  String user() {
    return user;
  }

  /** Returns the same database in another role. */
  DatabaseConfig as(String role, String passwordName) {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "the database URL must begin with jdbc:postgresql:, not be '" + url + "'");
    }
    return new DatabaseConfig(url, role, Secrets.ofProcess().find(passwordName).orElse(null));
  }
}
