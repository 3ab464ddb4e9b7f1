package dev.sluice.local;

import dev.sluice.runtime.Closer;
import dev.sluice.runtime.database.DatabaseConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Kafka and PostgreSQL as separate processes, which can be killed, stopped and restarted
 * independently of this process.
 */
public final class SeparateInfrastructure implements Infrastructure {
  private final Closer closer = new Closer();
  private final TemporaryFolder folder = closer.register(new TemporaryFolder("separate"));
  private final int databasePort = FreePort.next();
  private final KafkaCluster kafka;
  private EmbeddedDatabase database;

  /** Starts the given number of brokers and a database. */
  public SeparateInfrastructure(int brokers) {
    this(brokers, List.of());
  }

  /**
   * Starts the given number of brokers and a database.
   *
   * @param javaOptions options for the brokers' JVMs; by default they start quickly and compile
   *     little
   */
  public SeparateInfrastructure(int brokers, List<String> javaOptions) {
    try {
      kafka = closer.register(new KafkaCluster(brokers, javaOptions));
      database = open();
      closer.register(this::stopDatabase);
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  private EmbeddedDatabase open() {
    Path data = folder.path().resolve("postgresql");
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + data, e);
    }
    return new EmbeddedDatabase(data, databasePort);
  }

  /** Returns the brokers. */
  public KafkaCluster kafka() {
    return kafka;
  }

  /** Stops PostgreSQL; its clients lose their connections. */
  public void stopDatabase() {
    database.close();
  }

  /** Restarts PostgreSQL with its data. */
  public void startDatabase() {
    database = open();
  }

  @Override
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  @Override
  public DatabaseConfig database(String user, String name) {
    return database.as(user, name);
  }

  @Override
  public DatabaseConfig administrator() {
    return database.as("postgres", "postgres");
  }

  @Override
  public int replicas() {
    return kafka.replicas();
  }

  @Override
  public void close() {
    closer.close();
  }
}
