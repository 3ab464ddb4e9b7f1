package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.aggregator.StatusAggregator;
import dev.sluice.aggregator.StatusAggregatorConfig;
import dev.sluice.cli.WorkerCommand;
import dev.sluice.console.Console;
import dev.sluice.local.FreePort;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.Refusal;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.producer.FanOut;
import dev.sluice.producer.FanOutConfig;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.Topics;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Runs each role with exactly the rights of docs/security.md, over TLS and SASL, with the settings
 * that Kubernetes' overlay for Strimzi mounts.
 */
class KafkaRightsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Topics TOPICS = SecuredKafka.TOPICS;
  private static final String GARBAGE = "no JSON";

  /**
   * Rights whose use takes minutes or a lock to provoke: scheduled starts, stuck campaigns, long
   * waits.
   */
  private static final List<String> ONLY_IN_TROUBLE =
      List.of(
          "producer WRITE TOPIC sluice.campaign-commands",
          "producer WRITE TOPIC sluice.send-results",
          "worker WRITE TOPIC sluice.send-requests",
          "status-aggregator WRITE TOPIC sluice.campaign-commands");

  private final Closer closer = new Closer();
  private final int consolePort = FreePort.next();
  private final Map<String, Health> healths = new HashMap<>();
  private final Map<String, MeterRegistry> registries = new HashMap<>();
  private final TestEnvironment database = TestEnvironment.create(1);

  @Test
  void theDocumentedRightsAreEnoughAndUsed(@TempDir Path data, @TempDir Path secrets)
      throws Exception {
    List<KafkaRight> rights = KafkaRight.documented();
    try (closer) {
      SecuredKafka kafka = closer.register(new SecuredKafka(data, secrets));
      kafka.grant(rights);
      assertThat(kafka.migrate(database.owner())).isEmpty();
      WhatsAppSimulator simulator =
          closer.register(
              new WhatsAppSimulator(
                  SimulatorConfig.friendly(100)
                      .withReceipts(
                          ReceiptConfig.to(
                                  URI.create(
                                      "http://localhost:" + consolePort + "/webhooks/whatsapp"),
                                  ConsoleOnTrial.SECRET)
                              .withReplies(0.5))));
      start(kafka, simulator.url());
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(problems()).isEmpty());

      useEverything(kafka, simulator);

      assertThat(RecordingAuthorizer.DENIED).isEmpty();
      assertThat(rights)
          .filteredOn(right ->
              RecordingAuthorizer.ALLOWED.stream()
                  .noneMatch(asked -> right.covers(asked.user(), asked.operation(), asked.on())))
          .extracting(KafkaRight::toString)
          .containsExactlyInAnyOrderElementsOf(ONLY_IN_TROUBLE);
      everyRecordCanBeReadByPeople(kafka.asTest());
      everyConsumerIsInTheMetricsOfItsRole();
    }
  }

  /** Checked here, because each role has a registry of its own, as its process has. */
  private void everyConsumerIsInTheMetricsOfItsRole() {
    String controls = "reader-of-" + TOPICS.controls();
    assertThat(consumers("producer")).contains("streams consumer", controls, "reader-of-lanes");
    assertThat(consumers("worker")).contains("1", controls);
    assertThat(consumers("status-aggregator")).contains("streams consumer");
    assertThat(consumers("console"))
        .contains(controls, "reader-of-" + TOPICS.sendResults(), "webhook-out");
  }

  /** Checked here, because by now there are records of every kind. */
  private static void everyRecordCanBeReadByPeople(KafkaConfig reader) throws Exception {
    List<String> types = Stream.of(EventType.values()).map(EventType::text).toList();
    await().atMost(PATIENCE).until(() -> ReadTopics.of(reader).types().containsAll(types));
    for (ReadTopics topics : ReadTopics.byEachClient(reader)) {
      assertThat(topics.types()).containsAll(types);
      topics.requireReadable(GARBAGE);
    }
    assertThat(ReadTopics.groups(reader))
        .containsExactlyInAnyOrder(
            TOPICS.producerGroup(),
            TOPICS.workerGroup(),
            TOPICS.statusAggregatorGroup(),
            TOPICS.webhookOutGroup());
  }

  private MeterRegistry meters(String role) {
    return registries.computeIfAbsent(
        role, _ -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
  }

  /** Streams numbers its own consumers. */
  private Set<String> consumers(String role) {
    return meters(role).getMeters().stream()
        .map(Meter::getId)
        .filter(meter -> meter.getName().startsWith("kafka.consumer."))
        .map(meter -> meter.getTag("client.id"))
        .map(name -> name.replaceFirst(".*-StreamThread-\\d+-", "streams "))
        .collect(Collectors.toSet());
  }

  private Health health(String role) {
    return healths.computeIfAbsent(role, name -> new Health());
  }

  private Map<String, Map<String, String>> problems() {
    return healths.entrySet().stream()
        .filter(entry -> !entry.getValue().problems().isEmpty())
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().problems()));
  }

  private void start(SecuredKafka kafka, String provider) throws IOException {
    closer.register(
        new StatusAggregator(
            StatusAggregatorConfig.of(
                    kafka.as("status-aggregator"), database.as(ServiceRole.AGGREGATOR))
                .withFlushInterval(Duration.ofMillis(200)),
            health("status-aggregator"),
            meters("status-aggregator")));
    closer.register(
        new Worker(
            WorkerConfig.of(kafka.as("worker"), "1"),
            WorkerCommand.providers(
                Optional.of(
                    WhatsAppConfig.of(provider, WhatsAppConfig.DEFAULT_API_VERSION, "token")),
                List.of(),
                100,
                false),
            health("worker"),
            meters("worker")));
    closer.register(
        new FanOut(
            FanOutConfig.of(kafka.as("producer"), database.as(ServiceRole.PRODUCER)),
            health("producer"),
            meters("producer")));
    closer.register(
        new Console(
            ConsoleOnTrial.config(kafka, database, consolePort),
            health("console"),
            meters("console"),
            settings -> {}));
  }

  /** Runs campaigns that use a test, a pause, a blocked sender, a stop, and invalid records. */
  private void useEverything(SecuredKafka kafka, WhatsAppSimulator simulator) throws Exception {
    call(
        "PUT",
        "/api/senders/s",
        "{\"provider\":\"whatsapp\",\"address\":\"1065403\",\"ratePerSecond\":30}");
    String campaign = campaign(150);
    call("POST", "/api/campaigns/" + campaign + "/test", "{\"to\":[\"+5511990000000\"]}");
    call("POST", "/api/campaigns/" + campaign + "/start", "");
    await().atMost(PATIENCE).until(() -> simulator.accepted().count() > 10);
    call("POST", "/api/campaigns/" + campaign + "/pause", "");
    await().atMost(PATIENCE).until(() -> used("worker", TOPICS.returnedRequests()));
    call("POST", "/api/campaigns/" + campaign + "/resume", "");
    simulator.setAccessToken("another");
    await()
        .atMost(PATIENCE)
        .until(() -> json("GET", "/api/senders/s", "").path("blocked").asBoolean());
    simulator.setAccessToken(null);
    call("POST", "/api/senders/s/unblock", "");
    for (String topic :
        List.of(TOPICS.campaignCommands(), TOPICS.sendRequests(), TOPICS.sendResults())) {
      kafka.write(topic, "x", GARBAGE);
    }
    simulator.setRefusals(List.of(Refusal.parse(".*0149=132015")));
    await()
        .atMost(PATIENCE)
        .until(() ->
            used("worker", TOPICS.campaignCommands())
                && used("worker", TOPICS.deadLetters())
                && used("producer", TOPICS.deadLetters())
                && used("status-aggregator", TOPICS.deadLetters())
                && used("console", TOPICS.sendResults())
                && used("console", TOPICS.replies()));
  }

  private static boolean used(String role, String topic) {
    return RecordingAuthorizer.ALLOWED.stream()
        .anyMatch(asked ->
            asked.user().equals(role)
                && asked.operation() == AclOperation.WRITE
                && asked.on().name().equals(topic));
  }

  private String campaign(int recipients) throws Exception {
    String id =
        json(
                "POST",
                "/api/campaigns",
                "{\"name\":\"n\",\"sender\":\"s\",\"message\":{\"type\":\"text\",\"text\":{\"body\":\"hi\"}}}")
            .path("id")
            .asString();
    String people =
        IntStream.range(0, recipients)
            .mapToObj(i -> "{\"phone\":\"+5511990%06d\"}".formatted(i))
            .collect(Collectors.joining(",", "[", "]"));
    call("POST", "/api/campaigns/" + id + "/recipients", people);
    return id;
  }

  private JsonNode json(String method, String path, String body) throws Exception {
    return Json.read(call(method, path, body), JsonNode.class);
  }

  private byte[] call(String method, String path, String body) throws Exception {
    var answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + consolePort + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).as("%s %s", method, path).isBetween(200, 299);
    return answer.body();
  }
}
