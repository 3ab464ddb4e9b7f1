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
 * A real PostgreSQL server in a child process, on the loopback interface. Other users of the
 * machine can reach it too, so it requires a password: one for all roles, created with the data.
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
   * @param data the folder of its files, with the password in a file beside it; existing data is
   *     used
   * @param port the port for clients
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
              // The owner of this instance closes it, after the services that use it.
              .setRegisterShutdownHook(false)
              .setPGStartupWait(Duration.ofSeconds(30))
              // As on a real server: a commit is acknowledged once it is written. The library
              // starts
              // the server with -F, so it survives a crash of the server, but not of the machine.
              .setServerConfig("synchronous_commit", "on")
              // Differs from the default time zone of any machine that runs this, and so reveals
              // time zone mistakes.
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
      // At every start: data of an older version has roles without a password.
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

  /** Returns how to reach a database of this server in the given role. */
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
