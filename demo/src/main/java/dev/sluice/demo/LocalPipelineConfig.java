package dev.sluice.demo;

import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.providers.http.HttpProviderConfig;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What all services in one process need to know.
 *
 * @param database reaches PostgreSQL; each service uses a role of its own there
 * @param provider where WhatsApp's Cloud API is
 * @param others providers besides WhatsApp
 * @param workers how many workers
 * @param console the console's settings
 * @param flushInterval how long a result waits, at most, until it is written
 */
record LocalPipelineConfig(
    KafkaConfig kafka,
    DatabaseConfig database,
    WhatsAppConfig provider,
    List<HttpProviderConfig> others,
    int workers,
    ConsoleConfig console,
    Duration flushInterval) {

  /** With WhatsApp alone, neither webhooks nor a token, and results written after 10 s. */
  static LocalPipelineConfig of(
      KafkaConfig kafka,
      DatabaseConfig database,
      String providerUrl,
      int workers,
      int consolePort) {
    return new LocalPipelineConfig(
        kafka,
        database,
        WhatsAppConfig.of(providerUrl, WhatsAppConfig.DEFAULT_API_VERSION, "local-access-token"),
        List.of(),
        workers,
        new ConsoleConfig(
            kafka,
            as(database, ServiceRole.CONSOLE),
            consolePort,
            Optional.empty(),
            Optional.empty(),
            WebhookConfig.NONE),
        Duration.ofSeconds(10));
  }

  /** The database in a service's role. */
  DatabaseConfig as(ServiceRole role) {
    return as(database, role);
  }

  private static DatabaseConfig as(DatabaseConfig database, ServiceRole role) {
    return new DatabaseConfig(database.url(), role.roleName(), database.password());
  }

  LocalPipelineConfig withOthers(HttpProviderConfig... more) {
    return new LocalPipelineConfig(
        kafka, database, provider, List.of(more), workers, console, flushInterval);
  }

  LocalPipelineConfig withWebhooks(WebhookConfig webhooks) {
    return withConsole(console.token(), console.defaultRegion(), webhooks);
  }

  /** With what people and providers meet of it. */
  LocalPipelineConfig withConsole(
      Optional<String> token, Optional<String> defaultRegion, WebhookConfig webhooks) {
    return withConsole(
        new ConsoleConfig(
            kafka,
            console.database(),
            console.port(),
            token,
            defaultRegion,
            webhooks,
            console.bounds(),
            console.host(),
            console.whatsApp()));
  }

  /** With the console bound to this address. */
  LocalPipelineConfig withHost(String host) {
    return withConsole(console.withHost(host));
  }

  private LocalPipelineConfig withConsole(ConsoleConfig newConsole) {
    return new LocalPipelineConfig(
        kafka, database, provider, others, workers, newConsole, flushInterval);
  }

  LocalPipelineConfig withFlushInterval(Duration newInterval) {
    return new LocalPipelineConfig(
        kafka, database, provider, others, workers, console, newInterval);
  }
}
