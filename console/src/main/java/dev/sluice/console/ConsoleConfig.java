package dev.sluice.console;

import dev.sluice.schema.DatabaseConfig;
import dev.sluice.schema.KafkaConfig;
import java.util.Optional;

/**
 * What the console needs to know.
 *
 * @param kafka how to reach Kafka
 * @param database how to reach PostgreSQL, in the services' role
 * @param port where it listens, 0 for any free port
 * @param token the bearer token that the API asks for; without one only this machine reaches it
 * @param defaultRegion the region of phone numbers without a country code, for example {@code BR}
 * @param webhooks what the provider's calls must bring
 * @param bounds how large things may be that people send
 */
public record ConsoleConfig(
    KafkaConfig kafka,
    DatabaseConfig database,
    int port,
    Optional<String> token,
    Optional<String> defaultRegion,
    WebhookConfig webhooks,
    Bounds bounds) {

  public ConsoleConfig {
    if (token.isPresent() && token.get().length() < 16) {
      throw new IllegalArgumentException("the API token must have at least 16 characters");
    }
  }

  /** With the bounds that are usual. */
  public ConsoleConfig(
      KafkaConfig kafka,
      DatabaseConfig database,
      int port,
      Optional<String> token,
      Optional<String> defaultRegion,
      WebhookConfig webhooks) {
    this(kafka, database, port, token, defaultRegion, webhooks, Bounds.DEFAULT);
  }

  @Override
  public String toString() {
    return "ConsoleConfig[port " + port + (token.isPresent() ? ", with token]" : ", no token]");
  }
}
