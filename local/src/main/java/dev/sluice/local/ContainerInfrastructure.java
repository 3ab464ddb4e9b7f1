package dev.sluice.local;

import dev.sluice.runtime.Closer;
import dev.sluice.runtime.database.DatabaseConfig;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * Kafka and PostgreSQL in containers, with the images of the compose file (a test compares them).
 */
final class ContainerInfrastructure implements Infrastructure {
  private final Closer closer = new Closer();
  private final KafkaContainer kafka =
      new KafkaContainer("apache/kafka:" + KafkaVersion.ofClients())
          .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
          .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
          .withEnv("KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "1000");
  private final PostgreSQLContainer postgres =
      new PostgreSQLContainer("postgres:" + System.getProperty("sluice.test.postgresql", "18.6"))
          .withUsername("postgres")
          .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
          .withInitScript("container-roles.sql");

  ContainerInfrastructure() {
    closer.register(postgres);
    closer.register(kafka);
    try {
      Startables.deepStart(kafka, postgres).join();
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  @Override
  public String bootstrapServers() {
    return kafka.getBootstrapServers();
  }

  @Override
  public DatabaseConfig database(String user, String database) {
    return new DatabaseConfig(
        "jdbc:postgresql://"
            + postgres.getHost()
            + ":"
            + postgres.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT)
            + "/"
            + database,
        user,
        null);
  }

  @Override
  public DatabaseConfig administrator() {
    return database("postgres", "postgres");
  }

  @Override
  public void close() {
    closer.close();
  }
}
