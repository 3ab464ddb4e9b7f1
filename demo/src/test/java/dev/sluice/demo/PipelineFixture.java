package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.JvmMeters;
import dev.sluice.local.FreePort;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jooq.DSLContext;
import org.jooq.Record;
import tools.jackson.databind.JsonNode;

/** All services and the simulator, on servers of their own, and what they make of campaigns. */
final class PipelineFixture implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final int partitions;
  private final TestEnvironment environment;
  private final int consolePort = FreePort.next();
  private final Closer closer = new Closer();
  private final Health health = new Health();
  private final DSLContext sql;

  PipelineFixture(int partitions) {
    this.partitions = partitions;
    environment = TestEnvironment.create(partitions);
    sql =
        closer
            .register(new Database(environment.database(), 1, "test", new SimpleMeterRegistry()))
            .sql();
  }

  static SimulatorConfig friendly() {
    return SimulatorConfig.friendly(1_000).withLatency(Duration.ofMillis(5), Duration.ofMillis(20));
  }

  WhatsAppSimulator simulator(SimulatorConfig config) {
    return closer.register(new WhatsAppSimulator(config));
  }

  /** Starts all services, and waits until they are ready. */
  void start(WhatsAppSimulator simulator, UnaryOperator<LocalPipelineConfig> more) {
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    closer.register(new JvmMeters(meters));
    LocalPipeline pipeline =
        closer.register(
            new LocalPipeline(
                more.apply(
                    LocalPipelineConfig.of(
                        environment.kafka(),
                        environment.database(),
                        simulator.url(),
                        1,
                        consolePort)),
                health,
                meters));
    await().atMost(PATIENCE).until(() -> pipeline.ready(partitions));
  }

  Health health() {
    return health;
  }

  KafkaConfig kafka() {
    return environment.kafka();
  }

  DSLContext sql() {
    return sql;
  }

  URI uri(String path) {
    return URI.create("http://localhost:" + consolePort + path);
  }

  /** Returns the row of a campaign. */
  Record campaign(UUID id) {
    return sql.fetchSingle("SELECT * FROM sluice.campaign WHERE id = ?", id);
  }

  /** Returns the rows of a campaign's recipients by their numbers. */
  Map<String, Record> recipients(UUID campaign) {
    return sql
        .fetch("SELECT * FROM sluice.campaign_recipient WHERE campaign_id = ?", campaign)
        .stream()
        .collect(Collectors.toMap(row -> row.get("phone", String.class), Function.identity()));
  }

  boolean isCompleted(UUID campaign) {
    return campaign(campaign).get("status").equals("COMPLETED");
  }

  /** Gives a command, like {@code start}, which is taken. */
  void command(UUID campaign, String command) throws IOException, InterruptedException {
    assertThat(post("/api/campaigns/" + campaign + "/" + command, "")).isEqualTo(202);
  }

  /** Blocks a sender, as workers do. */
  void block(String sender) throws Exception {
    Control control = new Control(Control.State.BLOCKED, "its token was revoked");
    try (Producer<byte[], byte[]> producer = environment.kafka().producer(Map.of())) {
      producer
          .send(
              new ProducerRecord<>(
                  environment.kafka().topics().controls(),
                  Control.senderKey(sender).getBytes(StandardCharsets.UTF_8),
                  Json.write(control)))
          .get();
    }
  }

  /** Returns the answer's status. */
  int post(String path, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)).build();
    return HTTP.send(request, BodyHandlers.discarding()).statusCode();
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return Json.MAPPER.readTree(text(path));
  }

  String text(String path) throws IOException, InterruptedException {
    return HTTP.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString()).body();
  }

  @Override
  public void close() {
    closer.close();
  }
}
