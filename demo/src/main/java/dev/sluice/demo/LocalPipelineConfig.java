package dev.sluice.demo;

import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.Users;
import dev.sluice.console.WebhookConfig;
import dev.sluice.console.WebhookOutConfig;
import dev.sluice.providers.http.HttpProviderConfig;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.tracing.Traces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of all services in one process.
 *
 * @param database reaches PostgreSQL, where each service uses its own role
 * @param provider how to reach WhatsApp's Cloud API
 * @param others providers besides WhatsApp
 * @param workers the number of workers
 * @param console the console's settings
 * @param flushInterval the longest time until a result is written
 * @param traces which recipients are traced
 */
public record LocalPipelineConfig(
    KafkaConfig kafka,
    DatabaseConfig database,
    WhatsAppConfig provider,
    List<HttpProviderConfig> others,
    int workers,
    ConsoleConfig console,
    Duration flushInterval,
    Traces traces) {

  /**
   * Returns a configuration with WhatsApp only, without webhooks and token, that writes results
   * after 10 s.
   */
  public static LocalPipelineConfig of(
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
        Duration.ofSeconds(10),
        Traces.OFF);
  }

  /** Returns the database in a service's role. */
  DatabaseConfig as(ServiceRole role) {
    return as(database, role);
  }

  private static DatabaseConfig as(DatabaseConfig database, ServiceRole role) {
    return new DatabaseConfig(database.url(), role.roleName(), database.password());
  }

  public LocalPipelineConfig withOthers(HttpProviderConfig... more) {
    return new LocalPipelineConfig(
        kafka, database, provider, List.of(more), workers, console, flushInterval, traces);
  }

  public LocalPipelineConfig withWebhooks(WebhookConfig webhooks) {
    return withConsole(console.token(), console.defaultRegion(), webhooks);
  }

  /** Returns the same with this token, default region and these webhooks. */
  public LocalPipelineConfig withConsole(
      Optional<String> token, Optional<String> defaultRegion, WebhookConfig webhooks) {
    return withConsole(console.withAccess(token, defaultRegion, webhooks));
  }

  /** Returns the same with a console that posts events there. */
  public LocalPipelineConfig withWebhookOut(WebhookOutConfig webhookOut) {
    return withConsole(console.withWebhookOut(webhookOut));
  }

  /** Returns the same with a console for these users. */
  public LocalPipelineConfig withUsers(Users users) {
    return withConsole(console.withUsers(users));
  }

  /** Returns the same with a console that knows these prices. */
  public LocalPipelineConfig withPrices(Path prices) {
    return withConsole(console.withPrices(prices));
  }

  /** Returns the same with the console bound to this address. */
  public LocalPipelineConfig withHost(String host) {
    return withConsole(console.withHost(host));
  }

  private LocalPipelineConfig withConsole(ConsoleConfig newConsole) {
    return new LocalPipelineConfig(
        kafka, database, provider, others, workers, newConsole, flushInterval, traces);
  }

  public LocalPipelineConfig withFlushInterval(Duration newInterval) {
    return new LocalPipelineConfig(
        kafka, database, provider, others, workers, console, newInterval, traces);
  }

  public LocalPipelineConfig withTraces(Traces newTraces) {
    return new LocalPipelineConfig(
        kafka, database, provider, others, workers, console, flushInterval, newTraces);
  }
}
