package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.runtime.migration.Migration;
import dev.sluice.schema.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Compares what is added to the manifests, for Strimzi and KEDA, with what Sluice needs of them.
 */
class KubernetesOverlaysTest {
  @Test
  void everyFileIsNamedInItsKustomization() throws IOException {
    try (Stream<Path> folders = Files.walk(Manifests.FOLDER)) {
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
        (Map<?, ?>)
            Manifests.documents("components/keda/scaled-object.yaml").getFirst().get("spec");
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
    JsonNode overlay = Manifests.one("overlays/strimzi-keda/kustomization.yaml", "Kustomization");
    JsonNode login =
        Manifests.one("overlays/strimzi-keda/trigger-authentication.yaml", "TriggerAuthentication");
    JsonNode user = Manifests.one("overlays/strimzi-keda/kafka-user.yaml", "KafkaUser");
    JsonNode names =
        Manifests.one("overlays/strimzi-keda/trigger-authentication.yaml", "ConfigMap");
    JsonNode worker = Manifests.one("overlays/strimzi/kustomization.yaml", "Kustomization");
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

  @ParameterizedTest
  @ValueSource(strings = {"keda", "strimzi", "strimzi-keda"})
  @EnabledIf("dev.sluice.demo.Kustomize#isThere")
  void overlaysCanBePreviewedAsDocumentedAndFitTheModelsOfTheirKinds(String overlay)
      throws Exception {
    List<Map<String, Object>> built = Kustomize.build("overlays/" + overlay);

    built.stream()
        .filter(document -> !KedaTypes.include(document))
        .forEach(Manifests::requireModelled);
    assertThat(built.stream().map(document -> document.get("kind")))
        .contains("Deployment", kindOf(overlay));
    assertThat(
            built.stream()
                .map(document -> (Map<?, ?>) document.getOrDefault("spec", Map.of()))
                .filter(spec -> spec.containsKey("replicas")))
        .hasSize(overlay.endsWith("keda") ? 3 : 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "components/pod-monitor/pod-monitors.yaml",
        "overlays/strimzi/kafka-users.yaml",
        "overlays/strimzi-keda/kafka-user.yaml"
      })
  void othersKindsFitTheModelsThatTheyPublish(String file) {
    assertThat(Manifests.documents(file)).isNotEmpty().allSatisfy(Manifests::requireModelled);
  }

  @ParameterizedTest
  @CsvSource({
    "components/pod-monitor/pod-monitors.yaml, interval: 10s, intervall: 10s",
    "components/pod-monitor/pod-monitors.yaml, jobLabel, joblabel",
    "overlays/strimzi-keda/kafka-user.yaml, patternType, pattern",
    "overlays/strimzi-keda/kafka-user.yaml, scram-sha-512, scram-sha-521",
    "overlays/strimzi-keda/kafka-user.yaml, acls, rules",
  })
  void aMistakeInThemIsNoticed(String file, String right, String wrong) throws IOException {
    String text = Files.readString(Manifests.FOLDER.resolve(file));
    assertThat(text).contains(right);
    List<Map<String, Object>> mistaken = Manifests.parsed(text.replace(right, wrong));

    assertThatThrownBy(() -> mistaken.forEach(Manifests::requireModelled))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String kindOf(String overlay) {
    return overlay.endsWith("keda") ? "ScaledObject" : "KafkaUser";
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
    for (JsonNode manifest : Manifests.trees("overlays/strimzi/kafka-users.yaml").toList()) {
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
}
