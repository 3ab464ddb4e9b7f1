package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.RecipientStatus;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationTest {
  private static final Sandbox SANDBOX = Sandbox.create(4);

  /** The build runs these tests on the oldest supported version as well. */
  @Test
  void runsOnTheVersionThatTheBuildNames() throws SQLException {
    assertThat(query("SHOW server_version"))
        .startsWith(System.getProperty("sluice.test.postgresql", "18"));
  }

  @Test
  void isSafeToRepeat() {
    assertThatCode(
            () -> {
              Migration.migrateTables(SANDBOX.owner(), Sandbox.APP, Map.of());
              Migration.createTopics(SANDBOX.kafka(), 4, Optional.of((short) 1));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void createsTheTopics() throws Exception {
    try (Admin admin = Admin.create(SANDBOX.kafka().client(Map.of()))) {
      assertThat(admin.listTopics().names().get())
          .contains(
              SANDBOX.kafka().topics().campaignCommands(),
              SANDBOX.kafka().topics().sendRequests(),
              SANDBOX.kafka().topics().sendResults(),
              SANDBOX.kafka().topics().controls(),
              SANDBOX.kafka().topics().campaignEvents(),
              SANDBOX.kafka().topics().replies(),
              SANDBOX.kafka().topics().deadLetters());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM sluice.campaign_recipient",
        "DELETE FROM sluice.suppression",
        "TRUNCATE sluice.campaign",
        "DROP TABLE sluice.sender",
        "ALTER TABLE sluice.sender ADD COLUMN x text",
        "CREATE TABLE sluice.mine (x text)",
        "UPDATE sluice.flyway_schema_history SET success = false",
      })
  void theServicesRoleCanDestroyNothing(String statement) {
    assertThatThrownBy(() -> execute(SANDBOX.database(), statement))
        .isInstanceOf(SQLException.class)
        .hasMessageMatching("(?s).*(permission denied|must be owner).*");
  }

  @Test
  void anotherProgramFillsTheTablesWithPlainInserts() throws SQLException {
    execute(SANDBOX.database(), "INSERT INTO sluice.sender (id, address) VALUES ('crm', '1')");
    execute(
        SANDBOX.database(),
        "INSERT INTO sluice.campaign (name, sender_id, message)"
            + " VALUES ('n', 'crm', '{\"type\":\"text\"}')");
    execute(
        SANDBOX.database(),
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone)"
            + " SELECT id, '+5511960000000' FROM sluice.campaign");

    assertThat(
            query(
                "SELECT s.rate_per_second || ' ' || s.lanes || ' ' || c.status || ' ' || r.status"
                    + " FROM sluice.sender s JOIN sluice.campaign c ON c.sender_id = s.id"
                    + " JOIN sluice.campaign_recipient r ON r.campaign_id = c.id"))
        .isEqualTo("80 1 DRAFT PENDING");
  }

  @ParameterizedTest
  @EnumSource(RecipientStatus.class)
  void statusesRankInTheDatabaseAsTheyDoInTheCode(RecipientStatus status) throws SQLException {
    for (RecipientStatus other : RecipientStatus.values()) {
      String higher =
          query(
              "SELECT sluice.status_rank('" + other + "') > sluice.status_rank('" + status + "')");

      assertThat(higher).isEqualTo(status.risesTo(other) ? "t" : "f");
    }
  }

  private static void execute(DatabaseConfig database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(String sql) throws SQLException {
    try (Connection connection = connect(SANDBOX.database());
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  private static Connection connect(DatabaseConfig database) throws SQLException {
    return DriverManager.getConnection(database.url(), database.user(), database.password());
  }
}
