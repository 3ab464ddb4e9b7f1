package dev.sluice.local;

import dev.sluice.runtime.Closer;
import dev.sluice.runtime.database.DatabaseConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Kafka in this process and PostgreSQL in a child process. */
public final class EmbeddedInfrastructure implements Infrastructure {
  private final Closer closer = new Closer();
  private final EmbeddedKafka kafka;
  private final EmbeddedDatabase database;

  private EmbeddedInfrastructure(
      Optional<AutoCloseable> temporary, Path data, int kafkaPort, int databasePort) {
    temporary.ifPresent(closer::register);
    try {
      // PostgreSQL first: as another process, it starts while this one loads Kafka's classes.
      database = closer.register(new EmbeddedDatabase(folder(data, "postgresql"), databasePort));
      kafka = closer.register(new EmbeddedKafka(folder(data, "kafka"), kafkaPort));
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  /** Starts on free ports; the data is deleted on close. */
  public static EmbeddedInfrastructure temporary() {
    return temporary(FreePort.next(), FreePort.next());
  }

  /** Starts on free ports; the data is deleted after close, for which nobody waits. */
  static EmbeddedInfrastructure forTests() {
    TemporaryFolder folder = new TemporaryFolder("local");
    return new EmbeddedInfrastructure(
        Optional.of(folder::discard), folder.path(), FreePort.next(), FreePort.next());
  }

  /** Starts on the given ports; the data is deleted on close. */
  public static EmbeddedInfrastructure temporary(int kafkaPort, int databasePort) {
    return in(new TemporaryFolder("local"), kafkaPort, databasePort);
  }

  /** Starts on the given ports; the folder is closed with it, or if it does not start. */
  static EmbeddedInfrastructure in(TemporaryFolder folder, int kafkaPort, int databasePort) {
    return new EmbeddedInfrastructure(Optional.of(folder), folder.path(), kafkaPort, databasePort);
  }

  /** Starts on the given ports; the data is kept in the given folder. */
  public static EmbeddedInfrastructure in(Path data, int kafkaPort, int databasePort) {
    return new EmbeddedInfrastructure(Optional.empty(), data, kafkaPort, databasePort);
  }

  private static Path folder(Path data, String name) {
    try {
      return Files.createDirectories(data.toAbsolutePath().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + data, e);
    }
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
  public void close() {
    closer.close();
  }
}
