package dev.sluice.runtime.migration;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationState;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates or upgrades tables and topics. This is the only code that connects as the owner; it is
 * safe to repeat.
 */
public final class Migration {
  /**
   * The default number of partitions of {@code send-requests}, which is the most workers that can
   * share the work.
   */
  public static final int DEFAULT_LANE_PARTITIONS = 24;

  private static final Logger log = LoggerFactory.getLogger(Migration.class);

  private Migration() {}

  /**
   * Upgrades the tables, creates missing roles if the owner may, and grants each role its rights.
   *
   * @param appRole the role with the rights of all services together
   * @param passwords by role: that of {@code appRole} is set only when the role is created, those
   *     of the {@link ServiceRole}s whenever they are given
   * @throws SQLException if the database cannot be reached
   */
  public static void migrateTables(
      DatabaseConfig owner, String appRole, Map<String, String> passwords) throws SQLException {
    try (Connection connection = connect(owner)) {
      new Roles(connection, owner.user()).create(appRole, passwords);
    }
    Flyway flyway =
        Flyway.configure()
            .dataSource(owner.url(), owner.user(), owner.password())
            .schemas("sluice")
            .placeholders(Map.of("appRole", "\"" + appRole.replace("\"", "\"\"") + "\""))
            // Flyway's own transaction would keep an index from being built concurrently.
            .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
            .cleanDisabled(true)
            .load();
    // Migrations are transactions, except for those that build an index; these begin anew.
    if (Stream.of(flyway.info().all()).anyMatch(one -> one.getState() == MigrationState.FAILED)) {
      flyway.repair();
    }
    var result = flyway.migrate();
    log.info(
        "tables: {} migration(s) applied, schema version {}",
        result.migrationsExecuted,
        result.targetSchemaVersion == null
            ? result.initialSchemaVersion
            : result.targetSchemaVersion);
    try (Connection connection = connect(owner)) {
      new Roles(connection, owner.user()).give(appRole);
    }
  }

  /**
   * Revokes from PUBLIC the rights in a database that only a superuser can revoke; {@link
   * #migrateTables} does this too if the owner is a superuser.
   */
  public static void harden(DatabaseConfig superuser) throws SQLException {
    try (Connection connection = connect(superuser)) {
      new Grants(DSL.using(connection)).withholdLargeObjects();
    }
  }

  private static Connection connect(DatabaseConfig database) throws SQLException {
    return DriverManager.getConnection(database.url(), database.user(), database.password());
  }

  /**
   * Creates missing topics and commits a window for each partition that is new, from which nothing
   * has been sent.
   *
   * @param lanePartitions partitions of {@code send-requests}
   * @param replicationFactor copies of each, or empty for the brokers' default
   */
  public static void createTopics(
      KafkaConfig kafka, int lanePartitions, Optional<Short> replicationFactor)
      throws InterruptedException, ExecutionException {
    new TopicSetup(kafka).create(lanePartitions, replicationFactor);
  }
}
