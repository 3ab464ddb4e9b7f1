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
import org.flywaydb.core.Flyway;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates or upgrades tables and topics. It is the only code that connects as the owner, and is
 * safe to repeat.
 */
public final class Migration {
  /** How many partitions {@code send-requests} gets: at most as many workers share the work. */
  public static final int DEFAULT_LANE_PARTITIONS = 24;

  private static final Logger log = LoggerFactory.getLogger(Migration.class);

  private Migration() {}

  /**
   * Upgrades the tables, creates the roles that are missing if the owner may, and gives each what
   * it needs.
   *
   * @param appRole the role that may do what all services may together
   * @param passwords by role: that of {@code appRole} is set if the role is created, those of the
   *     {@link ServiceRole}s whenever they are given
   * @throws SQLException if the database cannot be reached
   */
  public static void migrateTables(
      DatabaseConfig owner, String appRole, Map<String, String> passwords) throws SQLException {
    try (Connection connection = connect(owner)) {
      new Roles(connection, owner.user()).create(appRole, passwords);
    }
    var result =
        Flyway.configure()
            .dataSource(owner.url(), owner.user(), owner.password())
            .schemas("sluice")
            .placeholders(Map.of("appRole", "\"" + appRole.replace("\"", "\"\"") + "\""))
            .cleanDisabled(true)
            .load()
            .migrate();
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
   * Takes from everybody in a database what only a superuser can take; {@link #migrateTables} does
   * it too where the owner is one.
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
   * Creates the topics that are missing, and tells the workers that nothing was sent from the
   * partitions that are new.
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
