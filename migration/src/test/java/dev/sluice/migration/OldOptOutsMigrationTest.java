package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.migration.Migration;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests the migration of opt-outs and aliases from before V9, which first recorded what people said
 * and when.
 */
class OldOptOutsMigrationTest {
  private static final String ROWS =
      """
      SET timezone = 'UTC';
      INSERT INTO sluice.alias (phone, name) VALUES
        ('+5511900000001', 'BR.stopped'), ('+5511900000002', 'BR.resumed'),
        ('+5511900000003', 'BR.wrote'), ('+5511900000004', 'BR.lifted'),
        ('+5511900000005', 'BR.everlasting'), ('+5511900000006', '+551190000006');
      INSERT INTO sluice.opt_out (name, reason, created_at, lifted_at) VALUES
        ('BR.stopped', 'user preference: stop', '2026-01-01', NULL),
        ('BR.resumed', 'user preference: stop', '2026-01-01', '2026-01-03'),
        ('BR.again', 'user preference: stop', '2026-01-04', '2026-01-03'),
        ('BR.wrote', 'opt-out message', '2026-01-01', NULL),
        ('BR.lifted', 'opt-out message', '2026-01-01', '2026-01-03'),
        ('BR.everlasting', 'opt-out message', 'infinity', NULL);
      INSERT INTO sluice.suppression (phone, reason, created_at, lifted_at) VALUES
        ('+551190000006', 'provider: 131050', '2026-01-01', NULL),
        ('+5511900000007', 'provider: 130403', '2026-01-01', NULL),
        ('+5511900000008', 'user preference: stop', '2026-01-01', '2026-01-03'),
        ('+5511900000009', 'opt-out message', '2026-01-01', '2026-01-03'),
        ('+5511900000010', 'manual', '2026-01-01', NULL)
      """;

  private static DatabaseConfig database;
  private static List<String> suppressedBefore;

  @BeforeAll
  static void migrate() throws SQLException {
    DatabaseConfig environment = TestEnvironment.create(1).owner();
    String name = "before_v9_" + ProcessHandle.current().pid();
    database =
        new DatabaseConfig(
            environment.url().replaceFirst("[^/]+$", name),
            environment.user(),
            environment.password());
    execute(environment, "CREATE DATABASE " + name);
    Flyway.configure()
        .dataSource(database.url(), database.user(), database.password())
        .schemas("sluice")
        .placeholders(Map.of("appRole", TestEnvironment.APP))
        .target("8")
        .load()
        .migrate();
    execute(database, ROWS);
    suppressedBefore = suppressed();
    Migration.migrateTables(database, TestEnvironment.APP, Map.of());
  }

  @Test
  void whoGotNothingGetsNothingAndWhoGotSomethingStillDoes() throws SQLException {
    assertThat(suppressed())
        .isEqualTo(suppressedBefore)
        .contains("+5511900000001", "+5511900000003", "+5511900000005", "+5511900000006")
        .doesNotContain("+5511900000002", "+5511900000004", "+5511900000008", "+5511900000009");
  }

  /** A manual lift was not said by the person; its row shows it. */
  @Test
  void whatPeopleSaidIsKeptWithItsTimes() throws SQLException {
    assertThat(rows("SELECT concat_ws(' | ', name, at::date, reason) FROM sluice.said"))
        .containsExactlyInAnyOrder(
            "BR.stopped | 2026-01-01 | user preference: stop",
            "BR.resumed | 2026-01-01 | user preference: stop",
            "BR.resumed | 2026-01-03 | user preference: resume",
            "BR.again | 2026-01-03 | user preference: resume",
            "BR.wrote | 2026-01-01 | opt-out message",
            "+5511900000008 | 2026-01-03 | user preference: resume");
  }

  @Test
  void aRefusalByWhichTheProviderToldTheSettingIsTheSetting() throws SQLException {
    assertThat(
            rows(
                "SELECT reason FROM sluice.suppression WHERE phone LIKE '%0006' OR phone LIKE '%0007'"))
        .containsExactlyInAnyOrder("user preference: stop", "provider: 130403");
  }

  @Test
  void anOldAliasHoldsForEverAndIsSettledWhenItsPersonsNameChanges() throws SQLException {
    assertThat(
            rows(
                "SELECT count(*) FROM sluice.alias_until JOIN sluice.alias USING (phone, name)"
                    + " WHERE until IS NULL AND since = '-infinity' AND NOT settled"))
        .containsExactly("6");
  }

  private static List<String> suppressed() throws SQLException {
    return rows(
        "SELECT DISTINCT phone FROM sluice.suppressed_phone WHERE phone LIKE '+5511900000%' ORDER BY 1");
  }

  private static void execute(DatabaseConfig at, String sql) throws SQLException {
    try (Connection connection = connect(at);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = connect(database);
        var statement = connection.createStatement()) {
      statement.execute("SET timezone = 'UTC'");
      try (var result = statement.executeQuery(sql)) {
        while (result.next()) {
          rows.add(result.getString(1));
        }
      }
    }
    return rows;
  }

  private static Connection connect(DatabaseConfig at) throws SQLException {
    return DriverManager.getConnection(at.url(), at.user(), at.password());
  }
}
