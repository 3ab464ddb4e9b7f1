package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.aggregator.StatusAggregator;
import dev.sluice.aggregator.StatusAggregatorConfig;
import dev.sluice.cli.Sluice;
import dev.sluice.cli.WorkerCommand;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.EmbeddedKafka;
import dev.sluice.local.FreePort;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.Refusal;
import dev.sluice.local.Sandbox;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.producer.FanOut;
import dev.sluice.producer.FanOutConfig;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.Topics;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Runs each role with exactly the rights of docs/security.md, and with one less; over TLS and SASL,
 * with the settings that Kubernetes' overlay for Strimzi mounts.
 */
class KafkaRightsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Topics TOPICS = new Topics("sluice.");
  private static final String SECRET = "app-secret";
  private static final String GARBAGE = "no JSON";
  private static final Path CLIENT =
      Path.of("../deploy/kubernetes/overlays/strimzi/client.properties");
  private static final List<String> ROLES =
      List.of("migrate", "producer", "worker", "status-aggregator", "console");

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
  private final int port = FreePort.next();
  private final int securePort = FreePort.next();
  private final Map<String, Health> healths = new HashMap<>();
  private final Sandbox database = Sandbox.create(1);

  @TempDir private Path secrets;

  @Test
  void theDocumentedRightsAreEnoughAndNeeded(@TempDir Path data) throws Exception {
    List<KafkaRight> rights = KafkaRight.documented();
    SelfSignedCertificate certificate = SelfSignedCertificate.writtenTo(secrets.resolve("ca.crt"));
    try (closer) {
      closer.register(new EmbeddedKafka(data, port, settings -> secured(settings, certificate)));
      Admin admin = closer.register(Admin.create(Map.of("bootstrap.servers", "localhost:" + port)));
      admin.createAcls(rights.stream().map(KafkaRight::binding).toList()).all().get();
      letIn(admin);
      migrate();
      WhatsAppSimulator simulator =
          closer.register(
              new WhatsAppSimulator(
                  SimulatorConfig.friendly(100)
                      .withReceipts(
                          ReceiptConfig.to(
                                  URI.create(
                                      "http://localhost:" + consolePort + "/webhooks/whatsapp"),
                                  SECRET)
                              .withReplies(0.5))));
      start(simulator.url());
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(problems()).isEmpty());

      useEverything(simulator);

      assertThat(RecordingAuthorizer.DENIED).isEmpty();
      assertThat(rights)
          .filteredOn(right ->
              RecordingAuthorizer.ALLOWED.stream()
                  .noneMatch(asked -> right.covers(asked.user(), asked.operation(), asked.on())))
          .extracting(KafkaRight::toString)
          .containsExactlyInAnyOrderElementsOf(ONLY_IN_TROUBLE);

      everyRecordCanBeReadByPeople();
      takeAway(admin, rights);
    }
  }

  /** Checked here, because by now there are records of every kind. */
  private void everyRecordCanBeReadByPeople() throws Exception {
    KafkaConfig reader = new KafkaConfig("localhost:" + port, TOPICS, Map.of());
    List<String> types = Stream.of(EventType.values()).map(EventType::text).toList();
    await()
        .atMost(PATIENCE)
        .until(() -> ReadTopics.of(reader), topics -> topics.types().containsAll(types))
        .requireReadable(GARBAGE);
    assertThat(ReadTopics.groups(reader))
        .containsExactlyInAnyOrder(
            TOPICS.producerGroup(), TOPICS.workerGroup(), TOPICS.statusAggregatorGroup());
  }

  private Map<String, String> secured(
      Map<String, String> settings, SelfSignedCertificate certificate) {
    Map<String, String> secured = new HashMap<>(settings);
    for (String listeners : List.of("listeners", "advertised.listeners")) {
      secured.merge(
          listeners, "SASL_SSL://localhost:" + securePort, (one, other) -> one + "," + other);
    }
    secured.merge(
        "listener.security.protocol.map", "SASL_SSL:SASL_SSL", (one, other) -> one + "," + other);
    secured.put("ssl.keystore.type", "PEM");
    secured.put("ssl.keystore.key", certificate.privateKey());
    secured.put("ssl.keystore.certificate.chain", text(certificate.file()));
    secured.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    secured.put(
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
        ScramLoginModule.class.getName() + " required;");
    secured.put("authorizer.class.name", RecordingAuthorizer.class.getName());
    // The broker itself and this test, through the other listener.
    secured.put("super.users", "User:ANONYMOUS");
    return secured;
  }

  /** Creates the roles' users, and their secrets as Strimzi does. */
  private void letIn(Admin admin) throws Exception {
    ScramCredentialInfo scram = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
    admin
        .alterUserScramCredentials(
            ROLES.stream()
                .<UserScramCredentialAlteration>map(
                    role -> new UserScramCredentialUpsertion(role, scram, "secret of " + role))
                .toList())
        .all()
        .get();
    for (String role : ROLES) {
      Path user = Files.createDirectory(secrets.resolve(role));
      Files.writeString(
          user.resolve("sasl.jaas.config"),
          "%s required username=\"%s\" password=\"secret of %s\";"
              .formatted(ScramLoginModule.class.getName(), role, role));
      Files.writeString(
          settings(role),
          text(CLIENT)
              .replace("/run/secrets/kafka-ca/ca.crt", secrets.resolve("ca.crt").toString())
              .replace("/run/secrets/kafka-user", user.toString()));
    }
  }

  private Path settings(String role) {
    return secrets.resolve(role + ".properties");
  }

  /** By the command, which reads the settings from a file and waits until the users are known. */
  private void migrate() {
    StringWriter err = new StringWriter();
    DatabaseConfig owner = database.owner();
    int exitCode =
        Sluice.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute(
                "migrate",
                "--kafka=localhost:" + securePort,
                "--kafka-config=" + settings("migrate"),
                "--partitions=2",
                "--replication-factor=1",
                "--database="
                    + owner.url()
                    + (owner.password() == null ? "" : "?password=" + owner.password()),
                "--owner-user=" + owner.user());
    assertThat(exitCode).as(err.toString()).isZero();
  }

  private KafkaConfig as(String role) throws IOException {
    Properties settings = new Properties();
    try (Reader file = Files.newBufferedReader(settings(role))) {
      settings.load(file);
    }
    return new KafkaConfig(
        "localhost:" + securePort,
        TOPICS,
        settings.stringPropertyNames().stream()
            .collect(Collectors.toMap(Function.identity(), settings::getProperty)));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Health health(String role) {
    return healths.computeIfAbsent(role, name -> new Health());
  }

  private Map<String, Map<String, String>> problems() {
    return healths.entrySet().stream()
        .filter(entry -> !entry.getValue().problems().isEmpty())
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().problems()));
  }

  private void start(String provider) throws IOException {
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    closer.register(
        new StatusAggregator(
            StatusAggregatorConfig.of(as("status-aggregator"), database.as(ServiceRole.AGGREGATOR))
                .withFlushInterval(Duration.ofMillis(200)),
            health("status-aggregator"),
            meters));
    closer.register(
        new Worker(
            WorkerConfig.of(as("worker"), "1"),
            WorkerCommand.providers(
                Optional.of(
                    WhatsAppConfig.of(provider, WhatsAppConfig.DEFAULT_API_VERSION, "token")),
                List.of(),
                100,
                false),
            health("worker"),
            meters));
    closer.register(
        new FanOut(
            FanOutConfig.of(as("producer"), database.as(ServiceRole.PRODUCER)),
            health("producer"),
            meters));
    closer.register(
        new Console(
            new ConsoleConfig(
                as("console"),
                database.as(ServiceRole.CONSOLE),
                consolePort,
                Optional.empty(),
                Optional.empty(),
                new WebhookConfig(Optional.of(SECRET), Optional.empty(), List.of("STOP"))),
            health("console"),
            meters,
            settings -> {}));
  }

  /** Runs campaigns that use a test, a pause, a blocked sender, a stop, and invalid records. */
  private void useEverything(WhatsAppSimulator simulator) throws Exception {
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
    writeGarbage();
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

  private void writeGarbage() throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", "localhost:" + port),
            new StringSerializer(),
            new StringSerializer())) {
      for (String topic :
          List.of(TOPICS.campaignCommands(), TOPICS.sendRequests(), TOPICS.sendResults())) {
        producer.send(new ProducerRecord<>(topic, "x", GARBAGE)).get();
      }
    }
  }

  /** Revokes a right of each role, which must then name it in an error. */
  private void takeAway(Admin admin, List<KafkaRight> rights) throws Exception {
    Map<String, String> taken =
        Map.of(
            "producer", "READ TOPIC sluice.campaign-commands",
            "worker", "READ GROUP sluice.worker",
            "status-aggregator", "READ TOPIC sluice.send-results",
            "console", "READ TOPIC sluice.controls");
    admin
        .deleteAcls(
            rights.stream()
                .filter(
                    right -> right.toString().equals(right.role() + " " + taken.get(right.role())))
                .map(right -> right.binding().toFilter())
                .toList())
        .all()
        .get();
    await()
        .dontCatchUncaughtExceptions()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            taken.forEach((role, right) ->
                assertThat(health(role).problems().toString())
                    .as(role)
                    .containsIgnoringCase("not authorized")
                    .contains(right.substring(right.lastIndexOf(' ') + 1))));
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
