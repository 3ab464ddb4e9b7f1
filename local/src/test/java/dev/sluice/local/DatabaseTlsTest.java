package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reaches PostgreSQL over TLS, by the parameters of the URL in Kubernetes' manifests. */
class DatabaseTlsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern PARAMETERS =
      Pattern.compile("SLUICE_DATABASE_URL: \\S+[?](\\S+sslrootcert=)(\\S+)");

  @TempDir private static Path folder;
  private static SelfSignedCertificate certificate;
  private static EmbeddedDatabase server;

  @BeforeAll
  static void start() throws Exception {
    certificate = SelfSignedCertificate.writtenTo(folder.resolve("ca.crt"));
    Path key =
        Files.createFile(
            folder.resolve("server.key"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, certificate.privateKey());
    server =
        new EmbeddedDatabase(
            Files.createDirectories(folder.resolve("postgresql")), FreePort.next());
    ask("ALTER SYSTEM SET ssl_cert_file = '" + certificate.file() + "'");
    ask("ALTER SYSTEM SET ssl_key_file = '" + key + "'");
    ask("ALTER SYSTEM SET ssl = on");
    ask("SELECT pg_reload_conf()");
    await().atMost(PATIENCE).until(() -> ask("SHOW ssl").equals("on"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aServiceReachesItByTheManifestsParameters() throws IOException {
    try (Database database = database(trusting(certificate.file()))) {
      Record connection =
          database
              .sql()
              .fetchSingle("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");

      assertThat(connection.get("ssl", Boolean.class)).isTrue();
      assertThat(connection.get("version", String.class)).startsWith("TLSv1.");
    }
  }

  @Test
  void aServerWithAnotherAuthoritysCertificateIsRefusedAndHealthSaysWhy() throws Exception {
    Path other = SelfSignedCertificate.writtenTo(folder.resolve("other.crt")).file();

    assertThat(refusal(trusting(other))).contains("SSL error", "PKIX path");
  }

  @Test
  void healthNamesTheCertificateThatIsMissing() throws Exception {
    Path nowhere = folder.resolve("nowhere.crt");

    assertThat(refusal(trusting(nowhere)))
        .contains("Could not open SSL root certificate file " + nowhere);
  }

  private static String refusal(DatabaseConfig config) {
    Health health = new Health();
    try (Database database = database(config)) {
      database.dataSource().unwrap(HikariDataSource.class).setConnectionTimeout(1_000);
      try (Probe _ = DatabaseProbe.of(database, config, health)) {
        await().atMost(PATIENCE).until(() -> health.problems().containsKey("postgresql"));
        return health.problems().get("postgresql");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Database database(DatabaseConfig config) {
    return new Database(config, 1, "test", new SimpleMeterRegistry());
  }

  /** Returns the database by the manifests' parameters, with this file for the one they mount. */
  private static DatabaseConfig trusting(Path file) throws IOException {
    Matcher manifest =
        PARAMETERS.matcher(Files.readString(Path.of("../deploy/kubernetes/base/config.yaml")));
    assertThat(manifest.find()).isTrue();
    DatabaseConfig plain = server.as("sluice_owner", "sluice");
    return new DatabaseConfig(
        plain.url() + "?" + manifest.group(1) + file, plain.user(), plain.password());
  }

  private static String ask(String sql) throws SQLException {
    DatabaseConfig administrator = server.as("postgres", "postgres");
    try (var connection =
            DriverManager.getConnection(
                administrator.url(), administrator.user(), administrator.password());
        var statement = connection.createStatement()) {
      boolean answers = statement.execute(sql);
      if (!answers) {
        return "";
      }
      try (var answer = statement.getResultSet()) {
        answer.next();
        return answer.getString(1);
      }
    }
  }
}
