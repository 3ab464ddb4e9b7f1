package dev.sluice.local;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import java.util.HashMap;
import java.util.Map;
import org.testcontainers.DockerClientFactory;

/** A Kafka broker and a PostgreSQL server: containers where Docker exists, embedded elsewhere. */
public sealed interface Infrastructure extends AutoCloseable
    permits EmbeddedInfrastructure, ContainerInfrastructure, SeparateInfrastructure {

  /** Starts containers if Docker is available, else embedded servers. */
  static Infrastructure start() {
    return DockerClientFactory.instance().isDockerAvailable()
        ? new ContainerInfrastructure()
        : EmbeddedInfrastructure.forTests();
  }

  /** Returns {@code host:port} for Kafka clients. */
  String bootstrapServers();

  /** Returns how to reach a database in the given role. */
  DatabaseConfig database(String user, String database);

  /** Returns how to reach the server in a role that may create databases. */
  DatabaseConfig administrator();

  /**
   * Returns the passwords of the roles that a migration creates here; empty if none are required.
   */
  default Map<String, String> passwords() {
    String password = administrator().password();
    if (password == null) {
      return Map.of();
    }
    Map<String, String> passwords = new HashMap<>();
    passwords.put(TestEnvironment.APP, password);
    for (ServiceRole role : ServiceRole.values()) {
      passwords.put(role.roleName(), password);
    }
    return passwords;
  }

  /** Returns the replication factor that its brokers can provide. */
  default int replicas() {
    return 1;
  }

  @Override
  void close();
}
