package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.TestLoggers;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.migration.Migration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests what each service's role may do, statement by statement, and that it may do nothing else.
 */
class RolesTest {
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);

  /**
   * The roles that may run each statement, by first letter: PRODUCER, AGGREGATOR and CONSOLE; - for
   * none.
   */
  private static final String MATRIX =
      """
      PAC | SELECT count(*) FROM sluice.campaign
      PAC | SELECT count(*) FROM sluice.campaign_recipient
      A C | SELECT count(*) FROM sluice.suppression
      P C | SELECT count(*) FROM sluice.suppressed_phone
      C   | SELECT count(*) FROM sluice.alias, sluice.alias_until, sluice.opt_out, sluice.said, sluice.renamed
      P C | SELECT count(*) FROM sluice.sender
      P C | SELECT count(*) FROM sluice.sender_recipient
      C   | INSERT INTO sluice.sender (id, address, account) SELECT 'x', '1', '2' WHERE false
      C   | UPDATE sluice.sender SET rate_per_second = 1 WHERE false
      -   | UPDATE sluice.sender SET id = 'x' WHERE false
      -   | UPDATE sluice.sender SET created_at = now() WHERE false
      C   | INSERT INTO sluice.campaign (name, sender_id, message, external_id, idempotency_key, request_hash) SELECT '', '', '{}', '', '', '' WHERE false
      -   | INSERT INTO sluice.campaign (name, sender_id, message, sent) SELECT '', '', '{}', 1 WHERE false
      C   | UPDATE sluice.campaign SET name = '' WHERE false
      PAC | SELECT 1 FROM sluice.campaign WHERE false FOR SHARE
      -   | SELECT 1 FROM sluice.sender_recipient, sluice.sender WHERE false FOR UPDATE
      C   | UPDATE sluice.campaign SET message = '{}', sender_id = '', archived_at = now() WHERE false
      -   | UPDATE sluice.campaign SET created_at = now() WHERE false
      PAC | UPDATE sluice.campaign SET status = 'PAUSED' WHERE false
      PA  | UPDATE sluice.campaign SET failed = 0, unconfirmed = 0 WHERE false
      A   | UPDATE sluice.campaign SET sent = 0, delivered = 0, read = 0, suppressed = 0 WHERE false
      P   | UPDATE sluice.campaign SET total = 0 WHERE false
      P   | UPDATE sluice.campaign SET round = 2 WHERE false
      C   | INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, external_id, provider_user_id) SELECT gen_random_uuid(), '', '{}', '', '' WHERE false
      -   | INSERT INTO sluice.campaign_recipient (campaign_id, phone, status) SELECT gen_random_uuid(), '', '' WHERE false
      PA  | UPDATE sluice.campaign_recipient SET status = 'SENT', updated_at = now() WHERE false
      PA  | UPDATE sluice.campaign_recipient SET sent_at = now(), delivered_at = now(), read_at = now(), failed_at = now() WHERE false
      P   | UPDATE sluice.campaign_recipient SET round = 2 WHERE false
      -   | UPDATE sluice.campaign_recipient SET phone = '' WHERE false
      -   | UPDATE sluice.campaign_recipient SET variables = '{}' WHERE false
      A C | INSERT INTO sluice.suppression (phone, reason) SELECT '', '' WHERE false
      C   | INSERT INTO sluice.suppression (phone, reason, created_at, lifted_at) SELECT '', '', now(), now() WHERE false
      A C | UPDATE sluice.suppression SET reason = '', created_at = now(), lifted_at = now() WHERE false
      A C | INSERT INTO sluice.alias (phone, name) SELECT '', '' WHERE false
      C   | INSERT INTO sluice.alias (phone, name, created_at) SELECT '', '', now() WHERE false
      -   | UPDATE sluice.alias SET name = '' WHERE false
      C   | UPDATE sluice.alias SET settled = true WHERE false
      C   | INSERT INTO sluice.lift (phone, at, lifted_by, reason, was) SELECT '', now(), '', '', '' WHERE false
      -   | UPDATE sluice.lift SET reason = '' WHERE false
      C   | INSERT INTO sluice.opt_out (name, reason) SELECT '', '' WHERE false
      C   | INSERT INTO sluice.opt_out (name, reason, created_at, lifted_at) SELECT '', '', now(), now() WHERE false
      C   | UPDATE sluice.opt_out SET reason = '', created_at = now(), lifted_at = now() WHERE false
      C   | INSERT INTO sluice.said (name, at, reason) SELECT '', now(), '' WHERE false
      C   | UPDATE sluice.said SET at = now() WHERE false
      -   | UPDATE sluice.said SET reason = '' WHERE false
      C   | INSERT INTO sluice.renamed (before, now, at) SELECT '', '', now() WHERE false
      -   | UPDATE sluice.renamed SET at = now() WHERE false
      P C | SELECT count(*) FROM sluice.stopped_campaign
      C   | SELECT count(*) FROM sluice.template_state
      C   | INSERT INTO sluice.template_state (name, language, account, stopped, at) SELECT '', '', '', '', now() WHERE false
      C   | UPDATE sluice.template_state SET stopped = '', at = now() WHERE false
      -   | UPDATE sluice.template_state SET name = '' WHERE false
      -   | UPDATE sluice.suppression SET phone = '' WHERE false
      P   | INSERT INTO sluice.sender_recipient (sender_id, phone) SELECT '', '' WHERE false
      P   | UPDATE sluice.sender_recipient SET counted_at = now() WHERE false
      P C | SELECT count(*) FROM sluice.contact
      P   | INSERT INTO sluice.contact (phone, messages) SELECT '', '{}' WHERE false
      P   | UPDATE sluice.contact SET messages = '{}' WHERE false
      -   | UPDATE sluice.contact SET phone = '' WHERE false
      -   | DELETE FROM sluice.contact WHERE false
      C   | UPDATE sluice.sender SET cap_messages = 1, cap_days = 7 WHERE false
      C   | UPDATE sluice.campaign SET ignore_cap = true WHERE false
      C   | UPDATE sluice.campaign SET authors = '{}', approved_by = NULL WHERE false
      -   | DELETE FROM sluice.campaign_recipient WHERE false
      -   | DELETE FROM sluice.sender_recipient WHERE false
      -   | TRUNCATE sluice.campaign
      -   | DROP TABLE sluice.sender
      -   | ALTER TABLE sluice.sender ADD COLUMN x text
      -   | CREATE TABLE sluice.mine (x text)
      -   | CREATE TABLE public.mine (x text)
      -   | SELECT count(*) FROM sluice.flyway_schema_history
      -   | LOCK TABLE sluice.campaign IN ACCESS EXCLUSIVE MODE
      -   | LOCK TABLE sluice.campaign_recipient IN SHARE MODE
      -   | LOCK TABLE sluice.suppression IN ROW EXCLUSIVE MODE
      -   | SELECT lo_create(0)
      -   | SELECT lo_from_bytea(0, 'x')
      C   | CREATE TEMPORARY TABLE mine (x text)
      -   | CREATE ROLE mine
      -   | COPY sluice.sender TO PROGRAM 'true'
      """;

  static Stream<Arguments> matrix() {
    return MATRIX
        .lines()
        .flatMap(line -> {
          String[] parts = line.split("\\|", 2);
          return Stream.of(ServiceRole.values())
              .map(role ->
                  Arguments.of(
                      role, parts[0].indexOf(role.name().charAt(0)) >= 0, parts[1].strip()));
        });
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("matrix")
  void aRoleMayDoWhatItsServiceDoesAndNothingElse(ServiceRole role, boolean may, String statement)
      throws SQLException {
    if (may) {
      execute(ENVIRONMENT.as(role), statement);
    } else {
      assertThatThrownBy(() -> execute(ENVIRONMENT.as(role), statement))
          .isInstanceOf(SQLException.class)
          .hasMessageMatching("(?s).*(permission denied|must be owner|must be superuser).*");
    }
  }

  /** The worker has none of these roles; any other role may do only this. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT count(*) FROM sluice.sender",
        "SELECT sluice.status_rank('SENT')",
        "CREATE TEMPORARY TABLE mine (x text)",
        "SELECT lo_create(0)"
      })
  void aRoleThatIsNoServicesMayDoNothing(String statement) throws SQLException {
    execute(
        ENVIRONMENT.owner(),
        """
        DO $$ BEGIN
          IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sluice_stranger') THEN
            CREATE ROLE sluice_stranger;
          END IF;
          GRANT sluice_stranger TO sluice_owner;
        END $$
        """);
    try (Connection connection = connect(ENVIRONMENT.owner());
        var strange = connection.createStatement()) {
      strange.execute("SET ROLE sluice_stranger");
      assertThatThrownBy(() -> strange.execute(statement))
          .hasMessageContaining("permission denied");
    }
  }

  /** Only a superuser may run it, which `migrate` is not where the owner is none. */
  @Test
  void theDocumentedStatementWithholdsLargeObjects() throws Exception {
    TestEnvironment environment = TestEnvironment.create(1);
    DatabaseConfig superuser =
        new DatabaseConfig(environment.owner().url(), "postgres", environment.owner().password());
    DatabaseConfig console = environment.as(ServiceRole.CONSOLE);
    Matcher block =
        Pattern.compile("(?s)```sql\n(REVOKE.*?)```")
            .matcher(Files.readString(Path.of("../docs/security.md")));
    assertThat(block.find()).isTrue();
    String revoke = block.group(1);
    execute(superuser, revoke.replace("REVOKE", "GRANT").replace("FROM", "TO"));
    execute(console, "SELECT lo_put(lo_create(0), 0, 'x')");

    execute(superuser, revoke);
    assertThatThrownBy(() -> execute(console, "SELECT lo_create(0)"))
        .hasMessageContaining("permission denied");
  }

  /**
   * A table missing from the list of grants is accessible to no role, and a service would lack it.
   */
  @Test
  void everyTableIsSomebodys() throws SQLException {
    assertThat(
            query(
                """
                SELECT tablename FROM pg_tables
                WHERE schemaname = 'sluice' AND tablename <> 'flyway_schema_history'
                AND NOT EXISTS (
                  SELECT 1 FROM unnest(ARRAY['sluice_producer', 'sluice_aggregator', 'sluice_console']) r
                  WHERE has_table_privilege(r, 'sluice.' || tablename, 'SELECT'))
                """))
        .as("tables without an entry in dev.sluice.runtime.migration.Grants")
        .isEmpty();
  }

  /** The application role may write all that the services write. */
  @Test
  void theRoleOfOldIsTheSumOfTheServices() throws SQLException {
    assertThat(
            query(
                """
                WITH needed AS MATERIALIZED (
                  SELECT DISTINCT table_name, column_name, privilege_type
                  FROM information_schema.column_privileges
                  WHERE table_schema = 'sluice'
                  AND grantee IN ('sluice_producer', 'sluice_aggregator', 'sluice_console'))
                SELECT table_name || '.' || column_name || ' ' || privilege_type FROM needed
                WHERE NOT has_column_privilege(
                  'sluice_app', 'sluice.' || table_name, column_name, privilege_type)
                """))
        .isEmpty();
  }

  /** The role fills the tables and runs the services; it needs no lock that blocks all others. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "LOCK TABLE sluice.campaign IN ACCESS EXCLUSIVE MODE",
        "LOCK TABLE sluice.campaign_recipient IN SHARE MODE",
        "LOCK TABLE sluice.suppression IN ROW EXCLUSIVE MODE",
        "UPDATE sluice.sender_recipient SET phone = '' WHERE false",
        "UPDATE sluice.alias SET name = '' WHERE false"
      })
  void theRoleOfOldMayDoNoMoreThanTheServicesAndWhoFillsTables(String statement) {
    assertThatThrownBy(() -> execute(ENVIRONMENT.database(), statement))
        .hasMessageContaining("permission denied");
  }

  /**
   * A role has been granted more than it needs; the next migration revokes it and logs that once.
   */
  @ParameterizedTest
  @ValueSource(strings = {"sluice_producer", "sluice_aggregator", "sluice_console", "sluice_app"})
  void aMigrationTakesBackWhatIsNotInTheList(String role) throws SQLException {
    for (String grant :
        List.of(
            "GRANT ALL ON sluice.sender_recipient TO " + role,
            "GRANT UPDATE (phone) ON sluice.alias TO " + role,
            "GRANT DELETE ON sluice.campaign TO " + role + " WITH GRANT OPTION",
            "GRANT CREATE ON SCHEMA sluice TO " + role,
            "GRANT CREATE ON DATABASE " + databaseName() + " TO " + role,
            "GRANT TRUNCATE ON sluice.campaign_recipient TO PUBLIC",
            "GRANT TEMPORARY ON DATABASE " + databaseName() + " TO PUBLIC")) {
      execute(ENVIRONMENT.owner(), grant);
    }

    assertThat(migrate())
        .filteredOn(line -> line.contains(role + ": "))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("DELETE on sluice.campaign", "CREATE on schema sluice")
        .contains("CREATE on database " + databaseName(), "UPDATE on sluice.alias")
        .doesNotContain("SELECT on sluice.campaign");
    assertThat(migrate()).isEmpty();

    for (String statement :
        List.of(
            "DELETE FROM sluice.sender_recipient WHERE false",
            "UPDATE sluice.alias SET phone = '' WHERE false",
            "DELETE FROM sluice.campaign WHERE false",
            "CREATE TABLE sluice.mine (x text)",
            "CREATE SCHEMA mine",
            "TRUNCATE sluice.campaign_recipient")) {
      assertThatThrownBy(() -> execute(as(role), statement))
          .as(statement)
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void aMigrationTakesBackWhatEverybodyMayDo() throws SQLException {
    execute(ENVIRONMENT.owner(), "GRANT TRUNCATE ON sluice.campaign_recipient TO PUBLIC");
    execute(ENVIRONMENT.owner(), "GRANT TEMPORARY ON DATABASE " + databaseName() + " TO PUBLIC");

    assertThat(migrate())
        .containsExactly(
            "rights taken back from PUBLIC: TEMPORARY on database "
                + databaseName()
                + ", TRUNCATE on sluice.campaign_recipient");

    assertThatThrownBy(() -> execute(as("sluice_producer"), "CREATE TEMPORARY TABLE mine (x text)"))
        .hasMessageContaining("permission denied");
  }

  /** A setup that runs everything as the owner keeps working. */
  @Test
  void anOwnerThatIsTheServicesRoleTakesNothingFromItself() throws SQLException {
    Migration.migrateTables(ENVIRONMENT.owner(), ENVIRONMENT.owner().user(), Map.of());
    Migration.migrateTables(ENVIRONMENT.owner(), ENVIRONMENT.owner().user(), Map.of());

    execute(ENVIRONMENT.owner(), "DELETE FROM sluice.sender WHERE false");
    migrate();
  }

  /** This happens where a service shares the migration's environment. */
  @Test
  void aServicesRoleGetsNoMoreForBeingNamedAsTheSum() throws SQLException {
    Migration.migrateTables(ENVIRONMENT.owner(), "sluice_console", Map.of());

    assertThatThrownBy(
            () -> execute(as("sluice_console"), "UPDATE sluice.campaign SET sent = 0 WHERE false"))
        .hasMessageContaining("permission denied");
    execute(as("sluice_console"), "SELECT count(*) FROM sluice.sender");
    migrate();
  }

  /** Migrates and returns the log lines about revoked rights. */
  private static List<String> migrate() throws SQLException {
    Logger log = (Logger) TestLoggers.named("dev.sluice.runtime.migration.Roles");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
    try {
      Migration.migrateTables(ENVIRONMENT.owner(), TestEnvironment.APP, Map.of());
    } finally {
      log.detachAppender(lines);
      log.setLevel(null);
    }
    return lines.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.startsWith("rights taken back"))
        .toList();
  }

  private static String databaseName() {
    return ENVIRONMENT.owner().url().replaceAll(".*/", "");
  }

  private static DatabaseConfig as(String role) {
    return new DatabaseConfig(ENVIRONMENT.owner().url(), role, ENVIRONMENT.owner().password());
  }

  /** On some servers only the database administrator may create roles. */
  @Test
  void anOwnerWhoMayNotCreateRolesMigratesAllTheSame() throws SQLException {
    DatabaseConfig administrator =
        new DatabaseConfig(ENVIRONMENT.owner().url(), "postgres", ENVIRONMENT.owner().password());
    execute(administrator, "ALTER ROLE sluice_owner NOCREATEROLE");
    execute(administrator, "ALTER ROLE sluice_console RENAME TO sluice_console_away");
    try {
      Migration.migrateTables(ENVIRONMENT.owner(), TestEnvironment.APP, Map.of());
      assertThat(query("SELECT 1 FROM pg_roles WHERE rolname = 'sluice_console'")).isEmpty();
    } finally {
      execute(administrator, "ALTER ROLE sluice_console_away RENAME TO sluice_console");
      execute(administrator, "ALTER ROLE sluice_owner CREATEROLE");
      // Renaming invalidates passwords whose hash depends on the role's name.
      Migration.migrateTables(ENVIRONMENT.owner(), TestEnvironment.APP, passwords());
    }
    execute(ENVIRONMENT.as(ServiceRole.CONSOLE), "SELECT count(*) FROM sluice.sender");
  }

  @Test
  void theEmbeddedServerAsksForThePassword() {
    for (String password : List.of("", "postgres", "sluice_app")) {
      assertThatThrownBy(() ->
              execute(
                  new DatabaseConfig(ENVIRONMENT.owner().url(), "sluice_app", password),
                  "SELECT 1"))
          .isInstanceOf(SQLException.class);
    }
  }

  private static Map<String, String> passwords() {
    String password = ENVIRONMENT.owner().password();
    return password == null ? Map.of() : Map.of(ServiceRole.CONSOLE.roleName(), password);
  }

  private static void execute(DatabaseConfig database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(sql);
      connection.commit();
    }
  }

  private static List<String> query(String sql) throws SQLException {
    try (Connection connection = connect(ENVIRONMENT.owner());
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }

  private static Connection connect(DatabaseConfig database) throws SQLException {
    return DriverManager.getConnection(database.url(), database.user(), database.password());
  }
}
