package dev.sluice.local;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.migration.Migration;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A real PostgreSQL server beside this process, on the loopback interface. Other users of the
 * machine reach it as well, so it asks for a password: one for all roles, made with the data.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  private static final String PASSWORDS_FOR_EVERYBODY =
      """
      local all all scram-sha-256
      host all all 127.0.0.1/32 scram-sha-256
      host all all ::1/128 scram-sha-256
      """;

  private final EmbeddedPostgres server;
  private final String password;

  /**
   * Starts a server that has the role {@code sluice_owner} and its database {@code sluice}.
   *
   * @param data where it keeps its files, and beside it its password; continued if not empty
   * @param port where clients reach it
   * @throws UncheckedIOException if it does not start
   */
  public EmbeddedDatabase(Path data, int port) {
    try {
      password = PasswordFile.beside(data);
      server =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPort(port)
              .setConnectConfig("password", password)
              // Its owner closes it, after the services that use it.
              .setRegisterShutdownHook(false)
              .setPGStartupWait(Duration.ofSeconds(30))
              // As on a real server: what is acknowledged is on disk.
              .setServerConfig("synchronous_commit", "on")
              // A zone that is nobody's default here shows every mistake with time zones.
              .setServerConfig("timezone", "America/Los_Angeles")
              .start();
      prepare(data);
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not start on port " + port, e);
    }
  }

  private void prepare(Path data) throws IOException {
    DatabaseConfig administrator = as("postgres", "postgres");
    try (var connection =
            DriverManager.getConnection(
                administrator.url(), administrator.user(), administrator.password());
        var statement = connection.createStatement()) {
      List<String> roles = roles(statement);
      if (!roles.contains("sluice_owner")) {
        statement.execute("CREATE ROLE sluice_owner LOGIN CREATEROLE CREATEDB");
        statement.execute("CREATE DATABASE sluice OWNER sluice_owner");
        roles.add("sluice_owner");
      }
      // Every time: the data may be of an older version, whose roles have none.
      for (String role : roles) {
        statement.execute("ALTER ROLE \"" + role + "\" PASSWORD '" + password + "'");
      }
      Files.writeString(data.resolve("pg_hba.conf"), PASSWORDS_FOR_EVERYBODY);
      statement.execute("SELECT pg_reload_conf()");
      Migration.harden(as("postgres", "sluice"));
    } catch (SQLException e) {
      throw new IOException("cannot prepare the database", e);
    }
  }

  private static List<String> roles(Statement statement) throws SQLException {
    List<String> roles = new ArrayList<>();
    try (var found =
        statement.executeQuery(
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^(postgres|sluice_[a-z_]+)$'")) {
      while (found.next()) {
        roles.add(found.getString(1));
      }
    }
    return roles;
  }

  /** How to reach a database of this server in the given role. */
  public DatabaseConfig as(String user, String database) {
    return new DatabaseConfig(
        "jdbc:postgresql://localhost:" + server.getPort() + "/" + database, user, password);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not stop", e);
    }
  }
}
