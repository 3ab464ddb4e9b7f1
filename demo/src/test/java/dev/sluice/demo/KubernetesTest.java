package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.sluice.cli.Sluice;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.Topics;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;

/** Compares the manifests strictly with Kubernetes' model and with the commands that they run. */
class KubernetesTest {
  private static final Path FOLDER = Path.of("../deploy/kubernetes");
  private static final ObjectMapper STRICT = strict();
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1/ConfigMap", ConfigMap.class,
          "v1/Service", Service.class,
          "apps/v1/Deployment", Deployment.class,
          "batch/v1/Job", Job.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class);
  private static final List<HasMetadata> BASE = base();

  static Stream<PodTemplateSpec> pods() {
    return BASE.stream()
        .flatMap(manifest ->
            switch (manifest) {
              case Deployment deployment -> Stream.of(deployment.getSpec().getTemplate());
              case Job job -> Stream.of(job.getSpec().getTemplate());
              default -> Stream.empty();
            });
  }

  @Test
  void everyRoleIsDeployedAndTheTablesAreMigrated() {
    assertThat(pods().map(KubernetesTest::command))
        .containsExactlyInAnyOrder("migrate", "producer", "worker", "status-aggregator", "console");
  }

  @ParameterizedTest
  @MethodSource("pods")
  void everyVariableIsOneThatTheCommandReads(PodTemplateSpec pod) {
    CommandLine command = Sluice.commandLine().getSubcommands().get(command(pod));
    Set<String> known = new TreeSet<>(ComposeFileTest.SECRETS);
    command.getCommandSpec().options().stream()
        .flatMap(option -> Variables.of(option).stream())
        .forEach(known::add);

    assertThat(known)
        .containsAll(
            container(pod).getEnv().stream()
                .map(variable -> variable.getName().replaceFirst("_FILE$", ""))
                .toList());
  }

  /** A pod's environment is visible to others. */
  @ParameterizedTest
  @MethodSource("pods")
  void secretsComeFromFilesOfTheRolesOwnSecret(PodTemplateSpec pod) {
    List<EnvVar> secrets =
        container(pod).getEnv().stream()
            .filter(variable ->
                ComposeFileTest.SECRETS.contains(variable.getName().replaceFirst("_FILE$", "")))
            .toList();

    assertThat(secrets)
        .isNotEmpty()
        .allSatisfy(variable -> {
          assertThat(variable.getName()).endsWith("_FILE");
          assertThat(variable.getValue()).startsWith("/run/secrets/sluice/");
        });
    assertThat(pod.getSpec().getVolumes())
        .filteredOn(volume -> volume.getSecret() != null)
        .singleElement()
        .satisfies(volume ->
            assertThat(volume.getSecret().getSecretName()).isEqualTo("sluice-" + command(pod)));
  }

  @ParameterizedTest
  @MethodSource("pods")
  void podsAreRestricted(PodTemplateSpec pod) {
    var own = container(pod).getSecurityContext();

    assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isPositive();
    assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
        .isEqualTo("RuntimeDefault");
    assertThat(own.getReadOnlyRootFilesystem()).isTrue();
    assertThat(own.getAllowPrivilegeEscalation()).isFalse();
    assertThat(own.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
    assertThat(container(pod).getResources().getLimits()).containsKey("memory");
    assertThat(container(pod).getResources().getRequests()).containsKeys("cpu", "memory");
    assertThat(container(pod).getVolumeMounts())
        .anyMatch(mount -> mount.getMountPath().equals("/tmp"));
  }

  @ParameterizedTest
  @CsvSource({
    "producer, 8081",
    "worker, 8082",
    "status-aggregator, 8083",
    "console, 8080",
  })
  void probesAskTheRolesPort(String role, int port) {
    Container container = container(deployment(role).getSpec().getTemplate());

    assertThat(container.getPorts())
        .singleElement()
        .satisfies(own -> assertThat(own.getContainerPort()).isEqualTo(port));
    assertThat(container.getEnv())
        .contains(new EnvVar("SLUICE_HTTP_PORT", Integer.toString(port), null));
    assertThat(container.getPorts().getFirst().getName()).isEqualTo("http");
    assertThat(path(container.getStartupProbe())).isEqualTo("/health/live");
    assertThat(path(container.getLivenessProbe())).isEqualTo("/health/live");
    assertThat(path(container.getReadinessProbe())).isEqualTo("/health/ready");
  }

  @ParameterizedTest
  @CsvSource({"producer", "worker", "status-aggregator", "console"})
  void aStopMayTakeLongerThanADrainAndEvictionsGoOneByOne(String role) {
    Deployment deployment = deployment(role);

    assertThat(deployment.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
        .isGreaterThanOrEqualTo(20);
    assertThat(BASE)
        .filteredOn(manifest ->
            manifest instanceof PodDisruptionBudget
                && manifest.getMetadata().getName().equals(role))
        .singleElement()
        .satisfies(budget -> {
          var spec = ((PodDisruptionBudget) budget).getSpec();
          assertThat(spec.getMaxUnavailable().getIntVal()).isOne();
          assertThat(spec.getSelector()).isEqualTo(deployment.getSpec().getSelector());
        });
  }

  @Test
  void onlyTheWorkerAndTheConsoleReachTheProviderAndTheWorkerReachesNoDatabase() {
    assertThat(mayCall("worker")).containsExactlyInAnyOrder(53, 9092, 9093, 443);
    assertThat(mayCall("console")).containsExactlyInAnyOrder(53, 9092, 9093, 5432, 443);
    for (String role : List.of("migrate", "producer", "status-aggregator")) {
      assertThat(mayCall(role)).as(role).containsExactlyInAnyOrder(53, 9092, 9093, 5432);
    }
  }

  @ParameterizedTest
  @CsvSource({"worker", "console"})
  void whoCallsTheProviderHasAToken(String role) {
    assertThat(container(deployment(role).getSpec().getTemplate()).getEnv())
        .extracting(EnvVar::getName)
        .contains("WHATSAPP_ACCESS_TOKEN_FILE");
  }

  @Test
  void everyFileIsNamedInItsKustomization() throws IOException {
    try (Stream<Path> folders = Files.walk(FOLDER)) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        Path kustomization = folder.resolve("kustomization.yaml");
        if (Files.exists(kustomization)) {
          String text = Files.readString(kustomization);
          try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                .filteredOn(name -> !name.equals("kustomization.yaml"))
                .allMatch(text::contains);
          }
        }
      }
    }
  }

  @Test
  void workersAreScaledByTheLagOfTheirGroup() {
    Map<?, ?> spec =
        (Map<?, ?>) documents("components/keda/scaled-object.yaml").getFirst().get("spec");
    Map<?, ?> trigger = (Map<?, ?>) ((List<?>) spec.get("triggers")).getFirst();
    Topics topics = new Topics("sluice.");

    assertThat(spec.get("scaleTargetRef")).isEqualTo(Map.of("name", "worker"));
    assertThat(spec.get("maxReplicaCount")).isEqualTo(Migration.DEFAULT_LANE_PARTITIONS);
    assertThat(spec.get("minReplicaCount")).isEqualTo(1);
    assertThat(trigger.get("type")).isEqualTo("kafka");
    assertThat((Map<?, ?>) trigger.get("metadata"))
        .extracting("consumerGroup", "topic", "bootstrapServers")
        .containsExactly(topics.workerGroup(), topics.sendRequests(), "kafka:9092");
  }

  /** KEDA's scaler ignores a misspelt parameter and then gets no answer. */
  @Test
  void withTlsAndSaslWorkersAreScaledByAUserThatOnlySeesHowMuchIsQueued() {
    JsonNode overlay = one("overlays/strimzi-keda/kustomization.yaml", "Kustomization");
    JsonNode login =
        one("overlays/strimzi-keda/trigger-authentication.yaml", "TriggerAuthentication");
    JsonNode user = one("overlays/strimzi-keda/kafka-user.yaml", "KafkaUser");
    JsonNode names = one("overlays/strimzi-keda/trigger-authentication.yaml", "ConfigMap");
    JsonNode worker = one("overlays/strimzi/kustomization.yaml", "Kustomization");
    String name = user.at("/metadata/name").asText();
    Topics topics = new Topics("sluice.");

    assertThat(patches(overlay))
        .isEqualTo(
            Map.of(
                "/spec/triggers/0/metadata/bootstrapServers",
                patches(worker).get("/data/SLUICE_KAFKA_BOOTSTRAP_SERVERS"),
                "/spec/triggers/0/metadata/tls",
                "enable",
                "/spec/triggers/0/metadata/sasl",
                "scram_sha512",
                "/spec/triggers/0/authenticationRef",
                Map.of("name", login.at("/metadata/name").asText())));
    assertThat(login.at("/spec").toString())
        .isEqualTo(
            """
            {"configMapTargetRef":[{"parameter":"username","name":"%s","key":"username"}],\
            "secretTargetRef":[{"parameter":"password","name":"%s","key":"password"},\
            {"parameter":"ca","name":"kafka-cluster-ca-cert","key":"ca.crt"}]}\
            """
                .formatted(names.at("/metadata/name").asText(), name));
    assertThat(names.at("/data/username").asText()).isEqualTo(name);
    assertThat(user.at("/spec/authentication/type").asText()).isEqualTo("scram-sha-512");
    assertThat(user.at("/spec/authorization/acls").findValuesAsText("name"))
        .containsExactly(topics.sendRequests(), topics.workerGroup());
    assertThat(user.at("/spec/authorization/acls"))
        .allSatisfy(
            acl -> assertThat(acl.path("operations").toString()).isEqualTo("[\"Describe\"]"));
  }

  /** Where kubectl is installed, as it is on the machines of continuous integration. */
  @ParameterizedTest
  @ValueSource(strings = {"keda", "strimzi", "strimzi-keda"})
  void overlaysCanBePreviewedAsDocumented(String overlay) throws Exception {
    Process kubectl =
        new ProcessBuilder(
                "sh", "-c", "command -v kubectl && kubectl kustomize overlays/" + overlay)
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeFalse(said.isEmpty(), "kubectl is not installed");

    assertThat(kubectl.waitFor()).as(said).isZero();
    assertThat(said).contains("kind: Deployment", "kind: " + kindOf(overlay));
    assertThat(said.lines().filter(line -> line.contains("replicas:")).count())
        .isEqualTo(overlay.endsWith("keda") ? 3 : 4);
  }

  private static String kindOf(String overlay) {
    return overlay.endsWith("keda") ? "ScaledObject" : "KafkaUser";
  }

  private static JsonNode one(String file, String kind) {
    return documents(file).stream()
        .filter(document -> document.get("kind").equals(kind))
        .map(STRICT::<JsonNode>valueToTree)
        .findFirst()
        .orElseThrow();
  }

  /** Returns the values that a kustomization sets, by path. */
  private static Map<String, Object> patches(JsonNode kustomization) {
    Map<String, Object> values = new HashMap<>();
    for (JsonNode patch : kustomization.path("patches")) {
      if (patch.has("patch")) {
        for (Object change :
            (List<?>)
                new Yaml(new SafeConstructor(new LoaderOptions()))
                    .load(patch.path("patch").asText())) {
          values.put((String) ((Map<?, ?>) change).get("path"), ((Map<?, ?>) change).get("value"));
        }
      }
    }
    return values;
  }

  @Test
  void kafkaUsersHaveTheDocumentedRights() throws IOException {
    List<KafkaRight> users = new ArrayList<>();
    for (Map<String, Object> user : documents("overlays/strimzi/kafka-users.yaml")) {
      JsonNode manifest = STRICT.valueToTree(user);
      String role =
          manifest.path("metadata").path("name").asText().replaceFirst("^sluice-kafka-", "");
      for (JsonNode acl : manifest.path("spec").path("authorization").path("acls")) {
        JsonNode resource = acl.path("resource");
        for (JsonNode operation : acl.path("operations")) {
          users.add(
              new KafkaRight(
                  role,
                  KafkaRight.operation(operation.asText()),
                  ResourceType.valueOf(KafkaRight.constant(resource.path("type").asText())),
                  resource.path("name").asText(),
                  resource.path("patternType").asText().equals("prefix")));
        }
      }
    }

    assertThat(users).containsExactlyInAnyOrderElementsOf(KafkaRight.documented());
  }

  private static Set<Integer> mayCall(String role) {
    return BASE.stream()
        .filter(NetworkPolicy.class::isInstance)
        .map(NetworkPolicy.class::cast)
        .filter(policy -> selects(policy, role))
        .flatMap(policy -> policy.getSpec().getEgress().stream())
        .flatMap(rule -> rule.getPorts().stream())
        .map(NetworkPolicyPort::getPort)
        .map(port -> port.getIntVal())
        .collect(Collectors.toSet());
  }

  private static boolean selects(NetworkPolicy policy, String role) {
    var selector = policy.getSpec().getPodSelector();
    String component = selector.getMatchLabels().getOrDefault("app.kubernetes.io/component", role);
    return component.equals(role)
        && selector.getMatchExpressions().stream()
            .allMatch(expression -> expression.getValues().contains(role));
  }

  private static String path(Probe probe) {
    assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
    return probe.getHttpGet().getPath();
  }

  private static String command(PodTemplateSpec pod) {
    assertThat(container(pod).getArgs()).hasSize(1);
    return container(pod).getArgs().getFirst();
  }

  private static Container container(PodTemplateSpec pod) {
    assertThat(pod.getSpec().getContainers()).hasSize(1);
    return pod.getSpec().getContainers().getFirst();
  }

  private static Deployment deployment(String role) {
    return BASE.stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .filter(deployment -> deployment.getMetadata().getName().equals(role))
        .findFirst()
        .orElseThrow();
  }

  private static List<HasMetadata> base() {
    List<HasMetadata> manifests = new ArrayList<>();
    for (Object resource :
        (List<?>) documents("base/kustomization.yaml").getFirst().get("resources")) {
      for (Map<String, Object> document : documents("base/" + resource)) {
        Class<? extends HasMetadata> kind =
            KINDS.get(document.get("apiVersion") + "/" + document.get("kind"));
        assertThat(kind).as("kind of %s", document).isNotNull();
        manifests.add(STRICT.convertValue(document, kind));
      }
    }
    return manifests;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> documents(String file) {
    try {
      String text = Files.readString(FOLDER.resolve(file));
      return StreamSupport.stream(
              new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text).spliterator(), false)
          .map(document -> (Map<String, Object>) document)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns a mapper that refuses unknown fields; the model would keep them, and a misspelt field
   * must fail.
   */
  private static ObjectMapper strict() {
    return new ObjectMapper()
        .setAnnotationIntrospector(
            new JacksonAnnotationIntrospector() {
              private static final long serialVersionUID = 1;

              @Override
              public Boolean hasAnySetter(Annotated a) {
                return false;
              }
            });
  }
}
