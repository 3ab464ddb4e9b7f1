package dev.sluice.demo;

import static dev.sluice.demo.PipelineFixture.PATIENCE;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.WebhookConfig;
import dev.sluice.local.Refusal;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.http.HttpProviderConfig;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jooq.DSLContext;

/** All services beside a simulator that makes trouble, with a sender and campaigns of texts. */
final class TroubledPipeline implements AutoCloseable {
  private static final int FIRST = 0;

  private final PipelineFixture pipeline = new PipelineFixture(2);
  private final DSLContext sql = pipeline.sql();
  private final AtomicInteger senders = new AtomicInteger(FIRST);
  private final TroubledSender first = newSender();

  TroubledPipeline() {
    sql.execute(
        "INSERT INTO sluice.sender (id, address, rate_per_second, daily_limit)"
            + " VALUES ('limited', '1065404', 80, 250)");
  }

  /** Adds a sender. */
  TroubledSender newSender() {
    return new TroubledSender(sql, senders.getAndIncrement());
  }

  PipelineFixture pipeline() {
    return pipeline;
  }

  /** Returns refusals of the first sender's first recipients, one for each code. */
  static List<Refusal> refusals(List<Integer> codes) {
    return TroubledSender.refusals(FIRST, codes);
  }

  WhatsAppSimulator start(SimulatorConfig config) throws IOException {
    return start(config, settings -> settings);
  }

  /** Starts all services with more settings. */
  WhatsAppSimulator start(SimulatorConfig config, UnaryOperator<LocalPipelineConfig> more)
      throws IOException {
    WhatsAppSimulator simulator = pipeline.simulator(config);
    start(simulator, simulator.url(), more);
    return simulator;
  }

  /** Starts all services with another provider beside WhatsApp at this URL. */
  void start(WhatsAppSimulator simulator, String another, UnaryOperator<LocalPipelineConfig> more)
      throws IOException {
    HttpProviderConfig generic = generic(another);
    pipeline.start(
        simulator,
        settings ->
            more.apply(settings)
                .withOthers(generic)
                .withWebhooks(
                    new WebhookConfig(Optional.of("app-secret"), Optional.empty(), List.of()))
                .withFlushInterval(Duration.ofSeconds(2)));
  }

  private static HttpProviderConfig generic(String url) throws IOException {
    Path headers = Files.createTempFile("headers", ".txt");
    Files.writeString(headers, "Authorization: Bearer generic\n");
    headers.toFile().deleteOnExit();
    return Json.read(
        """
        {"name": "generic", "url": "%s/v1.0/{{address}}/messages", "messageId": "/messages/0/id",
         "headersFile": "%s",
         "body": {"messaging_product": "whatsapp", "to": "{{to}}", "type": "text",
                  "text": {"body": "{{message.text.body}}"},
                  "biz_opaque_callback_data": "{{callback_data}}"}}
        """
            .formatted(url, headers)
            .getBytes(StandardCharsets.UTF_8),
        HttpProviderConfig.class);
  }

  /** Returns the phone of a recipient of the first sender's campaigns, from 1. */
  static String phone(int recipient) {
    return TroubledSender.phone(FIRST, recipient);
  }

  UUID campaignOfAnotherProvider(int recipients) {
    sql.execute(
        "INSERT INTO sluice.sender (id, provider, address, rate_per_second)"
            + " VALUES ('other', 'generic', '777', 200)");
    UUID campaign = campaign(recipients);
    sql.execute("UPDATE sluice.campaign SET sender_id = 'other' WHERE id = ?", campaign);
    return campaign;
  }

  UUID campaign(int recipients) {
    return first.campaign(recipients);
  }

  void awaitCompletion(UUID campaign) {
    await().atMost(PATIENCE).until(() -> pipeline.isCompleted(campaign));
  }

  @Override
  public void close() {
    pipeline.close();
  }
}
