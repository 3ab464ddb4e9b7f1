package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.RecipientStatus;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationTest {
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(4);
  private static final String WRITE =
      "UPDATE sluice.campaign_recipient SET attempts = attempts WHERE id = -1";

  /** Undoes V22 and what came after it. */
  private static final String BEFORE_V22 =
      " ALTER TABLE sluice.campaign_recipient DROP COLUMN sent_at, DROP COLUMN delivered_at,"
          + " DROP COLUMN read_at, DROP COLUMN failed_at; DROP INDEX sluice.campaign_to_send;";

  /** The oldest version that is supported; once a week it is the newest as well. */
  @Test
  void runsOnTheVersionThatTheBuildNames() throws SQLException {
    assertThat(query("SHOW server_version"))
        .startsWith(System.getProperty("sluice.test.postgresql", "18"));
  }

  @Test
  void isSafeToRepeat() {
    assertThatCode(
            () -> {
              Migration.migrateTables(ENVIRONMENT.owner(), TestEnvironment.APP, Map.of());
              Migration.createTopics(ENVIRONMENT.kafka(), 4, Optional.of((short) 1));
            })
        .doesNotThrowAnyException();
  }

  /** Else every result and every import would wait for it. */
  @Test
  void anIndexIsBuiltWhileServicesWriteRecipients() throws Exception {
    forgetTheIndex();
    // Closed after the connection, for which the migration waits.
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        Connection service = connect(ENVIRONMENT.database());
        var writing = service.createStatement()) {
      service.setAutoCommit(false);
      writing.execute(WRITE);
      Future<?> migration = executor.submit(MigrationTest::migrate);
      await()
          .until(() ->
              query(
                      ENVIRONMENT.owner(),
                      "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                          + " AND query LIKE '%campaign_recipient_zone%')")
                  .equals("t"));

      execute(ENVIRONMENT.database(), "SET lock_timeout = '5s'; " + WRITE);
      service.commit();
      migration.get(60, TimeUnit.SECONDS);
    }
    assertThat(theIndexIsValid()).isEqualTo("t");
  }

  @Test
  void anIndexWhoseBuildFailedIsBuiltAgain() throws SQLException {
    forgetTheIndex();
    try (Connection service = connect(ENVIRONMENT.database());
        var writing = service.createStatement()) {
      service.setAutoCommit(false);
      writing.execute(WRITE);
      DatabaseConfig impatient =
          new DatabaseConfig(
              ENVIRONMENT.owner().url() + "?options=-c%20statement_timeout=500",
              ENVIRONMENT.owner().user(),
              ENVIRONMENT.owner().password());
      assertThatThrownBy(() -> Migration.migrateTables(impatient, TestEnvironment.APP, Map.of()))
          .hasMessageContaining("statement timeout");
    }
    assertThat(theIndexIsValid()).isEqualTo("f");

    migrate();
    assertThat(theIndexIsValid()).isEqualTo("t");
  }

  /** One of them kept the lists of all campaigns from everybody. */
  @Test
  void authorsThatCannotBeShownAreMendedAndTakenNoMore() throws SQLException {
    List<String> unusable =
        List.of(
            "ARRAY['ana', NULL, 'bia']",
            "ARRAY[['ana', 'bia'], ['caio', NULL]]",
            "ARRAY['ana', repeat('x', 70000)]");
    execute(
        ENVIRONMENT.owner(),
        "ALTER TABLE sluice.campaign DROP CONSTRAINT IF EXISTS campaign_authors_bound;"
            + BEFORE_V22
            + " DELETE FROM sluice.flyway_schema_history WHERE version::int >= 20;"
            + " INSERT INTO sluice.sender (id, address) VALUES ('authors', '1')");
    for (String authors : unusable) {
      execute(ENVIRONMENT.database(), insert(authors));
    }
    execute(ENVIRONMENT.database(), insert("ARRAY[repeat('y', 64)]"));

    migrate();

    assertThat(
            query(
                "SELECT string_agg(authors::text, ' ' ORDER BY length(authors::text))"
                    + " FROM sluice.campaign WHERE sender_id = 'authors'"))
        .isEqualTo(
            "{ana,bia} {ana,bia,caio} {" + "y".repeat(64) + "} {ana," + "x".repeat(64) + "}");
    for (String authors : unusable) {
      assertThatThrownBy(() -> execute(ENVIRONMENT.database(), insert(authors)))
          .hasMessageContaining("campaign_authors_bound");
    }
    execute(ENVIRONMENT.owner(), "DELETE FROM sluice.campaign WHERE sender_id = 'authors'");
  }

  private static String insert(String authors) {
    return "INSERT INTO sluice.campaign (name, sender_id, message, authors)"
        + " VALUES ('n', 'authors', '{\"type\":\"text\"}', "
        + authors
        + ")";
  }

  private static @Nullable Void migrate() throws SQLException {
    Migration.migrateTables(ENVIRONMENT.owner(), TestEnvironment.APP, Map.of());
    return null;
  }

  /** And what came after it. */
  private static void forgetTheIndex() throws SQLException {
    execute(
        ENVIRONMENT.owner(),
        "DROP INDEX sluice.campaign_recipient_zone;"
            + " ALTER TABLE sluice.campaign DROP COLUMN authors, DROP COLUMN approved_by;"
            + BEFORE_V22
            + " DELETE FROM sluice.flyway_schema_history WHERE version::int >= 18");
  }

  private static String theIndexIsValid() throws SQLException {
    return query(
        "SELECT indisvalid FROM pg_index"
            + " WHERE indexrelid = 'sluice.campaign_recipient_zone'::regclass");
  }

  @Test
  void createsTheTopics() throws Exception {
    try (Admin admin = Admin.create(ENVIRONMENT.kafka().client(Map.of()))) {
      assertThat(admin.listTopics().names().get())
          .contains(
              ENVIRONMENT.kafka().topics().campaignCommands(),
              ENVIRONMENT.kafka().topics().sendRequests(),
              ENVIRONMENT.kafka().topics().sendResults(),
              ENVIRONMENT.kafka().topics().controls(),
              ENVIRONMENT.kafka().topics().campaignEvents(),
              ENVIRONMENT.kafka().topics().replies(),
              ENVIRONMENT.kafka().topics().deadLetters());
    }
  }

  /** The lz4 of the services' producers is not known to every client, to kafkajs for example. */
  @Test
  void anyClientCanReadTheTopicsForOtherPrograms() throws Exception {
    KafkaConfig kafka = ENVIRONMENT.kafka();
    for (String topic : List.of(kafka.topics().campaignEvents(), kafka.topics().replies())) {
      try (Admin admin = Admin.create(kafka.client(Map.of()))) {
        ConfigResource asked = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config settings = admin.describeConfigs(List.of(asked)).all().get().get(asked);

        assertThat(settings.get(TopicConfig.COMPRESSION_TYPE_CONFIG).value())
            .isEqualTo("uncompressed");
      }
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
    assertThatThrownBy(() -> execute(ENVIRONMENT.database(), statement))
        .isInstanceOf(SQLException.class)
        .hasMessageMatching("(?s).*(permission denied|must be owner).*");
  }

  @Test
  void anotherProgramFillsTheTablesWithPlainInserts() throws SQLException {
    execute(ENVIRONMENT.database(), "INSERT INTO sluice.sender (id, address) VALUES ('crm', '1')");
    execute(
        ENVIRONMENT.database(),
        "INSERT INTO sluice.campaign (name, sender_id, message)"
            + " VALUES ('n', 'crm', '{\"type\":\"text\"}')");
    execute(
        ENVIRONMENT.database(),
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
    return query(ENVIRONMENT.database(), sql);
  }

  private static String query(DatabaseConfig database, String sql) throws SQLException {
    try (Connection connection = connect(database);
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
