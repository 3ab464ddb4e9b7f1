package dev.sluice.cli;

import dev.sluice.console.WebhookConfig;
import dev.sluice.schema.DatabaseConfig;
import dev.sluice.schema.KafkaConfig;
import dev.sluice.worker.provider.HttpProviderConfig;
import java.time.Duration;
import java.util.List;

/**
 * What all services in one process need to know.
 *
 * @param providerUrl where WhatsApp's Cloud API is
 * @param others providers besides WhatsApp
 * @param workers how many workers
 * @param consolePort where the console listens
 * @param flushInterval how long a result waits, at most, until it is written
 */
record LocalPipelineConfig(
    KafkaConfig kafka,
    DatabaseConfig database,
    String providerUrl,
    List<HttpProviderConfig> others,
    int workers,
    int consolePort,
    WebhookConfig webhooks,
    Duration flushInterval) {

  /** With WhatsApp alone, no webhooks, and results written after 10 s. */
  static LocalPipelineConfig of(
      KafkaConfig kafka,
      DatabaseConfig database,
      String providerUrl,
      int workers,
      int consolePort) {
    return new LocalPipelineConfig(
        kafka,
        database,
        providerUrl,
        List.of(),
        workers,
        consolePort,
        WebhookConfig.NONE,
        Duration.ofSeconds(10));
  }

  LocalPipelineConfig withOthers(HttpProviderConfig... more) {
    return new LocalPipelineConfig(
        kafka, database, providerUrl, List.of(more), workers, consolePort, webhooks, flushInterval);
  }

  LocalPipelineConfig withWebhooks(WebhookConfig newWebhooks) {
    return new LocalPipelineConfig(
        kafka, database, providerUrl, others, workers, consolePort, newWebhooks, flushInterval);
  }

  LocalPipelineConfig withFlushInterval(Duration newInterval) {
    return new LocalPipelineConfig(
        kafka, database, providerUrl, others, workers, consolePort, webhooks, newInterval);
  }
}
