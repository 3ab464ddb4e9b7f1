package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.Sluice;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;
import picocli.CommandLine;

/** Compares the manifests strictly with Kubernetes' model and with the commands that they run. */
class KubernetesTest {
  static Stream<PodTemplateSpec> pods() {
    return Manifests.BASE.stream()
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

  /** The driver knows no authority by itself. */
  @ParameterizedTest
  @MethodSource("pods")
  void whoeverUsesTheDatabaseTrustsTheAuthorityThatIsMounted(PodTemplateSpec pod) {
    String certificate =
        Objects.requireNonNull(
            Driver.parseURL(databaseUrl(), new Properties()).getProperty("sslrootcert"));
    boolean uses = !command(pod).equals("worker");

    assertThat(container(pod).getVolumeMounts())
        .filteredOn(mount -> mount.getName().equals("database-ca"))
        .allMatch(mount -> certificate.equals(mount.getMountPath() + "/ca.crt"))
        .hasSize(uses ? 1 : 0);
    assertThat(pod.getSpec().getVolumes())
        .filteredOn(volume -> volume.getName().equals("database-ca"))
        .allMatch(volume -> volume.getConfigMap().getName().equals("sluice-database-ca"))
        .hasSize(uses ? 1 : 0);
  }

  @Test
  @EnabledIf("dev.sluice.demo.Kustomize#isThere")
  void theDocumentedCommandMakesTheMapOfTheAuthority(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("ca.crt"), "its certificate");
    ConfigMap map =
        Manifests.configMap(
            Kustomize.kubectl(
                folder,
                "kubectl create configmap sluice-database-ca --from-file=ca.crt"
                    + " --dry-run=client --output=yaml"));

    assertThat(map.getMetadata().getName()).isEqualTo("sluice-database-ca");
    assertThat(map.getData()).containsOnlyKeys("ca.crt");
  }

  private static String databaseUrl() {
    return Manifests.BASE.stream()
        .filter(ConfigMap.class::isInstance)
        .map(manifest -> ((ConfigMap) manifest).getData().get("SLUICE_DATABASE_URL"))
        .findFirst()
        .orElseThrow();
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
    Container container = container(Manifests.deployment(role).getSpec().getTemplate());

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
    Deployment deployment = Manifests.deployment(role);

    assertThat(deployment.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
        .isGreaterThanOrEqualTo(20);
    assertThat(Manifests.BASE)
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
    assertThat(container(Manifests.deployment(role).getSpec().getTemplate()).getEnv())
        .extracting(EnvVar::getName)
        .contains("WHATSAPP_ACCESS_TOKEN_FILE");
  }

  /** Rules and dashboards ask for the job of each role; the console asks for its token. */
  @ParameterizedTest
  @CsvSource({"producer, ''", "worker, ''", "status-aggregator, ''", "console, api-token"})
  void theMetricsOfEachRoleAreScrapedUnderItsName(String role, String token) {
    JsonNode monitor =
        Manifests.trees("components/pod-monitor/pod-monitors.yaml")
            .map(document -> document.path("spec"))
            .filter(spec -> selects(Manifests.selector(spec.path("selector")), role))
            .reduce((one, other) -> {
              throw new AssertionError("two monitors select " + role);
            })
            .orElseThrow();
    JsonNode endpoint = monitor.path("podMetricsEndpoints").path(0);
    PodTemplateSpec pod = Manifests.deployment(role).getSpec().getTemplate();

    assertThat(pod.getMetadata().getLabels())
        .containsEntry(monitor.path("jobLabel").asText(), role)
        .containsEntry("app.kubernetes.io/name", "sluice");
    assertThat(endpoint.path("port").asText())
        .isEqualTo(container(pod).getPorts().getFirst().getName());
    assertThat(endpoint.at("/authorization/credentials/key").asText()).isEqualTo(token);
    assertThat(endpoint.at("/authorization/credentials/name").asText())
        .isEqualTo(token.isEmpty() ? "" : "sluice-" + role);
  }

  private static Set<Integer> mayCall(String role) {
    return Manifests.BASE.stream()
        .filter(NetworkPolicy.class::isInstance)
        .map(NetworkPolicy.class::cast)
        .filter(policy -> selects(policy.getSpec().getPodSelector(), role))
        .flatMap(policy -> policy.getSpec().getEgress().stream())
        .flatMap(rule -> rule.getPorts().stream())
        .map(NetworkPolicyPort::getPort)
        .map(port -> port.getIntVal())
        .collect(Collectors.toSet());
  }

  private static boolean selects(LabelSelector selector, String role) {
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
}
