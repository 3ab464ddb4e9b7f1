package dev.sluice.console;

import dev.sluice.console.imports.PhoneNumbers;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.Loopback;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The console's configuration.
 *
 * @param kafka how to reach Kafka
 * @param database how to reach PostgreSQL, in the services' role
 * @param port the port to listen on, 0 for any free port
 * @param token the bearer token that the API requires; without one it is reachable from this
 *     machine only
 * @param defaultRegion the region of phone numbers without a country code, for example {@code BR}
 * @param webhooks how the provider's calls are verified, and what they mean
 * @param bounds how large the things that people send may be
 * @param host the address to bind to; by default all addresses with a token or users, and {@code
 *     localhost} without
 * @param whatsApp how to read templates; without it they are not read
 * @param users who may use the console besides services with the token
 * @param webhookOut where campaigns' events are posted; without it nowhere
 * @param prices the file with what messages cost; without it nobody is told
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
    Optional<WhatsAppConfig> whatsApp,
    Users users,
    Optional<WebhookOutConfig> webhookOut,
    Optional<Path> prices) {

  /** Creates a configuration with the default bounds and address. */
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
        Optional.empty(),
        Users.NONE,
        Optional.empty(),
        Optional.empty());
  }

  /** Creates a configuration for any free port, without a token, a region and webhooks. */
  public static ConsoleConfig of(KafkaConfig kafka, DatabaseConfig database) {
    return new ConsoleConfig(
        kafka, database, 0, Optional.empty(), Optional.empty(), WebhookConfig.NONE);
  }

  public ConsoleConfig {
    if (token.isPresent() && token.get().length() < 16) {
      throw new IllegalArgumentException("the API token must have at least 16 characters");
    }
    if (token.isPresent() && !token.get().matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "the API token must have only visible ASCII characters, as clients can send no others");
    }
    if (isOpen(token, users) && host.isPresent() && !Loopback.isAddress(host.get())) {
      throw new IllegalArgumentException(
          "the console listens on "
              + host.get()
              + " only with an API token or users; set SLUICE_API_TOKEN or SLUICE_USERS_FILE");
    }
    defaultRegion.ifPresent(PhoneNumbers::requireRegion);
  }

  /** Returns a copy that binds to the given address. */
  public ConsoleConfig withHost(String newHost) {
    return copy(to -> to.host = Optional.of(newHost));
  }

  /** Returns a copy with this token, default region and these webhooks. */
  public ConsoleConfig withAccess(
      Optional<String> newToken, Optional<String> newRegion, WebhookConfig newWebhooks) {
    return copy(to -> {
      to.token = newToken;
      to.defaultRegion = newRegion;
      to.webhooks = newWebhooks;
    });
  }

  /** Returns a copy that reads templates with this configuration. */
  public ConsoleConfig withWhatsApp(WhatsAppConfig newWhatsApp) {
    return copy(to -> to.whatsApp = Optional.of(newWhatsApp));
  }

  /** Returns a copy that these users may use. */
  public ConsoleConfig withUsers(Users newUsers) {
    return copy(to -> to.users = newUsers);
  }

  /** Returns a copy that posts campaigns' events there. */
  public ConsoleConfig withWebhookOut(WebhookOutConfig newWebhookOut) {
    return copy(to -> to.webhookOut = Optional.of(newWebhookOut));
  }

  /** Returns a copy that tells what messages cost by this file. */
  public ConsoleConfig withPrices(Path newPrices) {
    return copy(to -> to.prices = Optional.of(newPrices));
  }

  private ConsoleConfig copy(Consumer<Copy> change) {
    Copy to = new Copy();
    change.accept(to);
    return new ConsoleConfig(
        kafka,
        database,
        port,
        to.token,
        to.defaultRegion,
        to.webhooks,
        bounds,
        to.host,
        to.whatsApp,
        to.users,
        to.webhookOut,
        to.prices);
  }

  /** The settings that may differ in a copy. */
  private final class Copy {
    private Optional<String> token = ConsoleConfig.this.token;
    private Optional<String> defaultRegion = ConsoleConfig.this.defaultRegion;
    private WebhookConfig webhooks = ConsoleConfig.this.webhooks;
    private Optional<String> host = ConsoleConfig.this.host;
    private Optional<WhatsAppConfig> whatsApp = ConsoleConfig.this.whatsApp;
    private Users users = ConsoleConfig.this.users;
    private Optional<WebhookOutConfig> webhookOut = ConsoleConfig.this.webhookOut;
    private Optional<Path> prices = ConsoleConfig.this.prices;
  }

  private static boolean isOpen(Optional<String> token, Users users) {
    return token.isEmpty() && !users.exist();
  }

  /** Returns the address to bind to. */
  public String address() {
    // Without a token and users, only this machine may command campaigns.
    return host.orElse(isOpen(token, users) ? "localhost" : "0.0.0.0");
  }

  @Override
  public String toString() {
    return "ConsoleConfig[port " + port + (token.isPresent() ? ", with token]" : ", no token]");
  }
}
