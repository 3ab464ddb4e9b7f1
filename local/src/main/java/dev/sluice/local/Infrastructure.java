package dev.sluice.local;

import dev.sluice.schema.DatabaseConfig;
import org.testcontainers.DockerClientFactory;

/** A Kafka broker and a PostgreSQL server: containers where Docker exists, embedded elsewhere. */
public sealed interface Infrastructure extends AutoCloseable
    permits EmbeddedInfrastructure, ContainerInfrastructure, SeparateInfrastructure {

  /** Starts what this machine allows. */
  static Infrastructure start() {
    return DockerClientFactory.instance().isDockerAvailable()
        ? new ContainerInfrastructure()
        : EmbeddedInfrastructure.temporary();
  }

  /** {@code host:port} for Kafka clients. */
  String bootstrapServers();

  /** How to reach a database in the given role. */
  DatabaseConfig database(String user, String database);

  /** How to reach the server as somebody who may create databases. */
  DatabaseConfig administrator();

  /** How many copies of a topic its brokers can keep. */
  default int replicas() {
    return 1;
  }

  @Override
  void close();
}
