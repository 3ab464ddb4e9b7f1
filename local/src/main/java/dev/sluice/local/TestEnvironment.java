package dev.sluice.local;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.Topics;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * A test's own topics and database on servers that all tests of a JVM share. They are freshly
 * migrated, so that no test sees another's rows or records.
 *
 * @param kafka reaches the topics, which have their own prefix
 * @param database reaches the database in the application role
 * @param owner reaches the database as its owner
 */
public record TestEnvironment(KafkaConfig kafka, DatabaseConfig database, DatabaseConfig owner) {
  /** The application role, which has the rights of all services. */
  public static final String APP = "sluice_app";

  private static final String OWNER = "sluice_owner";
  private static final Duration JOINED_WITHIN = Duration.ofMinutes(1);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** Creates an environment with the given number of lane partitions. */
  public static TestEnvironment create(int lanePartitions) {
    int number = NUMBERS.incrementAndGet();
    String database = database(number);
    copyDatabase(Shared.INFRASTRUCTURE, Shared.MIGRATED, database);
    return of(Shared.INFRASTRUCTURE, number, database, lanePartitions);
  }

  /** Creates an environment on the given servers. */
  public static TestEnvironment create(Infrastructure servers, int lanePartitions) {
    int number = NUMBERS.incrementAndGet();
    String database = database(number);
    createDatabase(servers, database);
    return of(servers, number, database, lanePartitions);
  }

  private static String database(int number) {
    return "test_" + ProcessHandle.current().pid() + "_" + number;
  }

  private static TestEnvironment of(
      Infrastructure servers, int number, String database, int lanePartitions) {
    return new TestEnvironment(
        topics(servers, number, lanePartitions),
        servers.database(APP, database),
        servers.database(OWNER, database));
  }

  /** Creates only the topics, for tests without a database. */
  public static KafkaConfig topics(int lanePartitions) {
    return topics(Shared.INFRASTRUCTURE, NUMBERS.incrementAndGet(), lanePartitions);
  }

  private static KafkaConfig topics(Infrastructure servers, int number, int lanePartitions) {
    KafkaConfig kafka =
        new KafkaConfig(
            servers.bootstrapServers(), new Topics("environment" + number + "."), Map.of());
    try {
      awaitBrokers(servers);
      Migration.createTopics(kafka, lanePartitions, Optional.of((short) servers.replicas()));
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("cannot create the topics of environment " + number, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return kafka;
  }

  /** Brokers that have just been started join one after another; a topic needs all its replicas. */
  private static void awaitBrokers(Infrastructure servers)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (servers.replicas() == 1) {
      return;
    }
    long deadline = System.nanoTime() + JOINED_WITHIN.toNanos();
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers.bootstrapServers()))) {
      while (admin.describeCluster().nodes().get().size() < servers.replicas()) {
        if (System.nanoTime() - deadline > 0) {
          throw new TimeoutException("not all brokers have joined");
        }
        Thread.sleep(POLL);
      }
    }
  }

  /** Creates a database, one at a time because roles are shared by the server. */
  private static synchronized void createDatabase(Infrastructure servers, String database) {
    try {
      asAdministrator(servers, "CREATE DATABASE " + database + " OWNER " + OWNER);
      Migration.harden(servers.database(servers.administrator().user(), database));
      Migration.migrateTables(servers.database(OWNER, database), APP, servers.passwords());
    } catch (SQLException e) {
      throw new IllegalStateException("cannot prepare " + database, e);
    }
  }

  /** Copies a database, one at a time because nobody else may be connected to the original. */
  private static synchronized void copyDatabase(
      Infrastructure servers, String original, String database) {
    try {
      asAdministrator(
          servers,
          "CREATE DATABASE " + database + " TEMPLATE " + original + " OWNER " + OWNER,
          // Rights in its tables come with a copy, rights to connect to it do not.
          """
          UPDATE pg_database SET datacl = original.datacl FROM pg_database original
          WHERE pg_database.datname = '%s' AND original.datname = '%s'\
          """
              .formatted(database, original));
    } catch (SQLException e) {
      throw new IllegalStateException("cannot copy " + original + " to " + database, e);
    }
  }

  private static void asAdministrator(Infrastructure servers, String... statements)
      throws SQLException {
    DatabaseConfig administrator = servers.administrator();
    try (var connection =
            DriverManager.getConnection(
                administrator.url(), administrator.user(), administrator.password());
        var statement = connection.createStatement()) {
      for (String one : statements) {
        statement.execute(one);
      }
    }
  }

  /** Returns how a service with its own role reaches the database. */
  public DatabaseConfig as(ServiceRole role) {
    return new DatabaseConfig(database.url(), role.roleName(), database.password());
  }

  /** Started with the first environment of the JVM, stopped with the JVM. */
  private static final class Shared {
    private static final Infrastructure INFRASTRUCTURE = start();

    /** The database that is copied for each environment, which is quicker than to migrate each. */
    private static final String MIGRATED = migrated();

    private static String migrated() {
      String database = database(NUMBERS.incrementAndGet());
      createDatabase(INFRASTRUCTURE, database);
      return database;
    }

    private static Infrastructure start() {
      Infrastructure infrastructure = Infrastructure.start();
      Runtime.getRuntime()
          .addShutdownHook(new Thread(infrastructure::close, "stop-infrastructure"));
      return infrastructure;
    }
  }
}
