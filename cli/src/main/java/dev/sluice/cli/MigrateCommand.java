package dev.sluice.cli;

import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.Reasons;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.flywaydb.core.api.FlywayException;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates or upgrades topics and tables. */
@Command(
    name = "migrate",
    description = {
      "Creates or upgrades topics and tables, as the owner. Safe to repeat.",
      "It also makes the roles sluice_producer, sluice_aggregator and sluice_console, with the"
          + " passwords in SLUICE_PRODUCER_PASSWORD, SLUICE_AGGREGATOR_PASSWORD and"
          + " SLUICE_CONSOLE_PASSWORD (each or with _FILE), and the role of --database-user, which"
          + " may do what they may together."
    },
    mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(MigrateCommand.class);
  private static final Backoff RETRY = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5));

  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private DatabaseOptions database = new DatabaseOptions();

  @Option(
      names = "--owner-user",
      paramLabel = "ROLE",
      defaultValue = "${env:SLUICE_OWNER_USER:-sluice_owner}",
      description =
          "The tables' owner (SLUICE_OWNER_USER; ${DEFAULT-VALUE}); its password is in"
              + " SLUICE_OWNER_PASSWORD or SLUICE_OWNER_PASSWORD_FILE.")
  private String owner = "";

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "${env:SLUICE_PARTITIONS:-" + Migration.DEFAULT_LANE_PARTITIONS + "}",
      description =
          "Partitions of send-requests if it is created: as many workers can share the work"
              + " (SLUICE_PARTITIONS; ${DEFAULT-VALUE}).")
  private int partitions;

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      defaultValue = "${env:SLUICE_REPLICATION_FACTOR}",
      description = "Copies of each topic (SLUICE_REPLICATION_FACTOR; the brokers' default).")
  private @Nullable Short replicationFactor;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_MIGRATE_WAIT:-60s}",
      description =
          "How long to wait for PostgreSQL and Kafka (SLUICE_MIGRATE_WAIT; ${DEFAULT-VALUE}).")
  private Duration patience = Duration.ZERO;

  @Override
  public Integer call() throws Exception {
    if (partitions < 1) {
      throw new IllegalArgumentException("there must be at least one partition");
    }
    DatabaseConfig ownerConfig = database.as(owner, "SLUICE_OWNER_PASSWORD");
    KafkaConfig kafkaConfig = kafka.config();
    Map<String, String> passwords = passwords(database.user(), Secrets.ofProcess());
    patiently(
        "PostgreSQL at " + ownerConfig.url(),
        () -> Migration.migrateTables(ownerConfig, database.user(), passwords));
    patiently(
        "Kafka at " + kafkaConfig.bootstrapServers(),
        () ->
            Migration.createTopics(
                kafkaConfig, partitions, Optional.ofNullable(replicationFactor)));
    return 0;
  }

  /** Returns the passwords of the roles to be created, by role name. */
  static Map<String, String> passwords(String appRole, Secrets secrets) {
    Map<String, String> passwords = new HashMap<>();
    secrets.find(DatabaseOptions.PASSWORD).ifPresent(secret -> passwords.put(appRole, secret));
    for (ServiceRole role : ServiceRole.values()) {
      secrets
          .find("SLUICE_" + role + "_PASSWORD")
          .ifPresent(secret -> passwords.put(role.roleName(), secret));
    }
    return passwords;
  }

  private interface Step {
    void run() throws SQLException, ExecutionException, InterruptedException;
  }

  private void patiently(String what, Step step) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        step.run();
        return;
      } catch (SQLException
          | ExecutionException
          | DataAccessException
          | FlywayException
          | KafkaException e) {
        if (Reasons.loginRefused(e)) {
          throw new IllegalStateException(
              what + " does not let " + owner + " in (see SLUICE_OWNER_PASSWORD): " + Reasons.of(e),
              e);
        }
        if (System.nanoTime() >= deadline) {
          throw new IllegalStateException(what + " cannot be used: " + Reasons.of(e), e);
        }
        if (attempt == 1) {
          log.warn("{} cannot be used yet: {} (retrying)", what, Reasons.of(e));
        }
        Thread.sleep(RETRY.after(attempt));
      }
    }
  }
}
