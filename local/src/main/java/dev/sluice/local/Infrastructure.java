package dev.sluice.local;

import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import java.util.HashMap;
import java.util.Map;
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

  /** The passwords of the roles that a migration makes here; none where none is asked for. */
  default Map<String, String> passwords() {
    String password = administrator().password();
    if (password == null) {
      return Map.of();
    }
    Map<String, String> passwords = new HashMap<>();
    passwords.put(Sandbox.APP, password);
    for (ServiceRole role : ServiceRole.values()) {
      passwords.put(role.roleName(), password);
    }
    return passwords;
  }

  /** How many copies of a topic its brokers can keep. */
  default int replicas() {
    return 1;
  }

  @Override
  void close();
}
