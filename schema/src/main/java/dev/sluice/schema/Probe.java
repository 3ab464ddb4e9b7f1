package dev.sluice.schema;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** Asks every few seconds whether something that a service needs can be reached. */
public final class Probe implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(3);
  private static final int TIMEOUT_MS = 5_000;

  private final Thread loop;

  private Probe(String component, String address, Callable<?> question, Health health) {
    loop =
        Thread.ofVirtual()
            .name("probe-" + component)
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                ask(component, address, question, health);
                try {
                  Thread.sleep(EVERY);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
  }

  private static void ask(String component, String address, Callable<?> question, Health health) {
    try {
      question.call();
      health.working(component);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      if (!Thread.currentThread().isInterrupted()) {
        health.failing(
            component,
            Reasons.loginRefused(e)
                ? address + " lets nobody in with this role and password: " + Reasons.of(e)
                : "no answer from " + address + ": " + Reasons.of(e));
      }
    }
  }

  /** Watches a database. */
  public static Probe of(Database database, DatabaseConfig config, Health health) {
    return new Probe(
        "postgresql",
        config.url(),
        () -> {
          try (var connection = database.dataSource().getConnection()) {
            return connection.isValid(TIMEOUT_MS / 1000);
          }
        },
        health);
  }

  /** Watches Kafka. */
  public static Probe of(KafkaConfig kafka, Health health) {
    return new Probe(
        "kafka",
        kafka.bootstrapServers(),
        () -> {
          // A client of its own each time: one that could not resolve a name cannot be made at all.
          try (Admin admin = Admin.create(kafka.client(Map.of()))) {
            return admin
                .describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MS))
                .nodes()
                .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
          }
        },
        health);
  }

  @Override
  public void close() {
    loop.interrupt();
  }
}
