package dev.sluice.console;

import dev.sluice.console.imports.PhoneNumbers;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.Loopback;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
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
 * @param host the address that it is bound to; by default all with a token, and {@code localhost}
 *     without
 * @param whatsApp how to read templates; without it they are not read
 */
public record ConsoleConfig(
    KafkaConfig kafka,
    DatabaseConfig database,
    int port,
    Optional<String> token,
    Optional<String> defaultRegion,
    WebhookConfig webhooks,
    Bounds bounds,
    Optional<String> host,
    Optional<WhatsAppConfig> whatsApp) {

  /** With the bounds that are usual, bound to the default address. */
  public ConsoleConfig(
      KafkaConfig kafka,
      DatabaseConfig database,
      int port,
      Optional<String> token,
      Optional<String> defaultRegion,
      WebhookConfig webhooks) {
    this(
        kafka,
        database,
        port,
        token,
        defaultRegion,
        webhooks,
        Bounds.DEFAULT,
        Optional.empty(),
        Optional.empty());
  }

  public ConsoleConfig {
    if (token.isPresent() && token.get().length() < 16) {
      throw new IllegalArgumentException("the API token must have at least 16 characters");
    }
    if (token.isPresent() && !token.get().matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "the API token must have only visible ASCII characters; nobody could send another");
    }
    if (token.isEmpty() && host.isPresent() && !Loopback.isAddress(host.get())) {
      throw new IllegalArgumentException(
          "the console listens on " + host.get() + " only with an API token; set SLUICE_API_TOKEN");
    }
    defaultRegion.ifPresent(PhoneNumbers::requireRegion);
  }

  /** Bound to the given address. */
  public ConsoleConfig withHost(String newHost) {
    return new ConsoleConfig(
        kafka,
        database,
        port,
        token,
        defaultRegion,
        webhooks,
        bounds,
        Optional.of(newHost),
        whatsApp);
  }

  /** Reading templates there. */
  public ConsoleConfig withWhatsApp(WhatsAppConfig newWhatsApp) {
    return new ConsoleConfig(
        kafka,
        database,
        port,
        token,
        defaultRegion,
        webhooks,
        bounds,
        host,
        Optional.of(newWhatsApp));
  }

  /** The address to bind to. */
  public String address() {
    // Without a token nobody but this machine may command campaigns.
    return host.orElse(token.isPresent() ? "0.0.0.0" : "localhost");
  }

  @Override
  public String toString() {
    return "ConsoleConfig[port " + port + (token.isPresent() ? ", with token]" : ", no token]");
  }
}
