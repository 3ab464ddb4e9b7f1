package dev.sluice.local;

import dev.sluice.schema.DatabaseConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** A real PostgreSQL server beside this process, on the loopback interface. */
public final class EmbeddedDatabase implements AutoCloseable {
  private final EmbeddedPostgres server;

  /**
   * Starts a server that has the role {@code sluice_owner} and its database {@code sluice}.
   *
   * @param data where it keeps its files; continued if not empty
   * @param port where clients reach it
   * @throws UncheckedIOException if it does not start
   */
  public EmbeddedDatabase(Path data, int port) {
    try {
      server =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPort(port)
              // Its owner closes it, after the services that use it.
              .setRegisterShutdownHook(false)
              .setPGStartupWait(Duration.ofSeconds(30))
              // As on a real server: what is acknowledged is on disk.
              .setServerConfig("synchronous_commit", "on")
              // A zone that is nobody's default here shows every mistake with time zones.
              .setServerConfig("timezone", "America/Los_Angeles")
              .start();
      prepare();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not start on port " + port, e);
    }
  }

  private void prepare() throws IOException {
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      try (var found =
          statement.executeQuery("SELECT 1 FROM pg_roles WHERE rolname = 'sluice_owner'")) {
        if (found.next()) {
          return;
        }
      }
      statement.execute("CREATE ROLE sluice_owner LOGIN CREATEROLE CREATEDB");
      statement.execute("CREATE DATABASE sluice OWNER sluice_owner");
    } catch (SQLException e) {
      throw new IOException("cannot prepare the database", e);
    }
  }

  /** How to reach a database of this server in the given role. */
  public DatabaseConfig as(String user, String database) {
    return new DatabaseConfig(
        "jdbc:postgresql://localhost:" + server.getPort() + "/" + database, user, null);
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
