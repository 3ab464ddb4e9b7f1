package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.strimzi.api.kafka.model.user.KafkaUserSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifests of Kubernetes, read strictly. */
final class Manifests {
  static final Path FOLDER = Path.of("../deploy/kubernetes");
  private static final String KAFKA_USER = "kafka.strimzi.io/v1/KafkaUser";
  private static final ObjectMapper STRICT = strict();
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1/ConfigMap", ConfigMap.class,
          "v1/Service", Service.class,
          "apps/v1/Deployment", Deployment.class,
          "batch/v1/Job", Job.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
          "monitoring.coreos.com/v1/PodMonitor", PodMonitor.class);

  /** All of the base, each checked against the model of its kind. */
  static final List<HasMetadata> BASE = base();

  private Manifests() {}

  static Deployment deployment(String role) {
    return BASE.stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .filter(deployment -> deployment.getMetadata().getName().equals(role))
        .findFirst()
        .orElseThrow();
  }

  /** Returns the first document of a kind. */
  static JsonNode one(String file, String kind) {
    return trees(file)
        .filter(document -> document.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  static Stream<JsonNode> trees(String file) {
    return documents(file).stream().map(STRICT::<JsonNode>valueToTree);
  }

  static ConfigMap configMap(String text) {
    return STRICT.convertValue(parsed(text).getFirst(), ConfigMap.class);
  }

  static LabelSelector selector(JsonNode tree) {
    return STRICT.convertValue(tree, LabelSelector.class);
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

  static List<Map<String, Object>> documents(String file) {
    try {
      return parsed(Files.readString(FOLDER.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> parsed(String text) {
    return StreamSupport.stream(
            new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text).spliterator(), false)
        .map(document -> (Map<String, Object>) document)
        .toList();
  }

  /** Checks a document against the model of its kind, which Kubernetes or another publishes. */
  static void requireModelled(Map<String, Object> document) {
    String kind = document.get("apiVersion") + "/" + document.get("kind");
    if (kind.equals(KAFKA_USER)) {
      requireKafkaUser(document);
    } else {
      assertThat(KINDS).containsKey(kind);
      STRICT.convertValue(document, KINDS.get(kind));
    }
  }

  /** Strimzi's class of the whole would need a client of Kubernetes. */
  private static void requireKafkaUser(Map<String, Object> document) {
    assertThat(document).containsOnlyKeys("apiVersion", "kind", "metadata", "spec");
    STRICT.convertValue(document.get("metadata"), ObjectMeta.class);
    STRICT.convertValue(document.get("spec"), KafkaUserSpec.class);
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
