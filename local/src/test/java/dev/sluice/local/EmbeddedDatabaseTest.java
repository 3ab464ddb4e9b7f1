package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Probe;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.DatabaseProbe;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedDatabaseTest {
  @TempDir private static Path folder;
  private static EmbeddedDatabase server;

  @BeforeAll
  static void start() throws IOException {
    server =
        new EmbeddedDatabase(
            Files.createDirectories(folder.resolve("postgresql")), FreePort.next());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sluice_owner", "postgres"})
  void nobodyGetsInWithoutThePassword(String role) throws Exception {
    DatabaseConfig known = server.as(role, "sluice");
    ask(known);
    for (String password : List.of("", "postgres", "sluice")) {
      assertThatThrownBy(() -> ask(new DatabaseConfig(known.url(), role, password)))
          .isInstanceOf(SQLException.class);
    }
  }

  /** The error must not merely say that no connection was available. */
  @Test
  void aServiceWithAWrongPasswordSaysSo() throws Exception {
    DatabaseConfig wrong =
        new DatabaseConfig(server.as("sluice_owner", "sluice").url(), "sluice_owner", "wrong");
    Health health = new Health();
    try (Database database = new Database(wrong, 1, "test", new SimpleMeterRegistry())) {
      database.dataSource().unwrap(HikariDataSource.class).setConnectionTimeout(1_000);
      try (Probe _ = DatabaseProbe.of(database, wrong, health)) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(() ->
                assertThat(health.problems().get("postgresql"))
                    .contains("lets nobody in with this role and password")
                    .contains("password authentication failed for user \"sluice_owner\""));
      }
    }
  }

  @Test
  void thePasswordIsTheSameWhenTheServerStartsAgain() throws Exception {
    Path data = Files.createDirectories(folder.resolve("again"));
    int port = FreePort.next();
    String first;
    try (EmbeddedDatabase database = new EmbeddedDatabase(data, port)) {
      first = database.as("sluice_owner", "sluice").password();
    }
    try (EmbeddedDatabase database = new EmbeddedDatabase(data, port)) {
      ask(database.as("sluice_owner", "sluice"));
      assertThat(database.as("sluice_owner", "sluice").password()).isEqualTo(first);
    }
    assertThat(Files.getPosixFilePermissions(folder.resolve("again.password")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  private static void ask(DatabaseConfig database) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.url(), database.user(), database.password());
        var statement = connection.createStatement()) {
      statement.execute("SELECT 1");
    }
  }
}
