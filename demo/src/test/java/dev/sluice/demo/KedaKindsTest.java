package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** KEDA ignores a field that it does not know, and a mistake would show only in production. */
@EnabledIf("dev.sluice.demo.KedaTypes#areThere")
class KedaKindsTest {
  private static final String SCALED_OBJECT = "components/keda/scaled-object.yaml";

  @Test
  void kedaKnowsEachFieldOfItsDocuments() throws Exception {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (String file :
        List.of(SCALED_OBJECT, "overlays/strimzi-keda/trigger-authentication.yaml")) {
      List<Map<String, Object>> kedas =
          Manifests.documents(file).stream().filter(KedaTypes::include).toList();
      assertThat(kedas).as(file).isNotEmpty();
      documents.addAll(kedas);
    }

    assertThat(KedaTypes.complaints(documents)).containsOnly("");
  }

  @Test
  @EnabledIf("dev.sluice.demo.Kustomize#isThere")
  void kedaKnowsEachFieldThatAnOverlayAdds() throws Exception {
    Map<String, Object> patched =
        Kustomize.build("overlays/strimzi-keda").stream()
            .filter(document -> document.get("kind").equals("ScaledObject"))
            .findFirst()
            .orElseThrow();

    assertThat(patched.toString()).contains("authenticationRef");
    assertThat(KedaTypes.complaints(List.of(patched))).containsOnly("");
  }

  @Test
  void eachMistakeIsNoticed() throws Exception {
    Map<String, String> mistakes =
        Map.of(
            "cooldownPeriod", "coolDownPeriod",
            "stabilizationWindowSeconds", "stabilisationWindowSeconds",
            "maxReplicaCount: 24", "maxReplicaCount: many",
            "scaleTargetRef", "scaleTarget");
    String file = Files.readString(Manifests.FOLDER.resolve(SCALED_OBJECT));
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Map.Entry<String, String> mistake : mistakes.entrySet()) {
      assertThat(file).contains(mistake.getKey());
      documents.add(
          Manifests.parsed(file.replace(mistake.getKey(), mistake.getValue())).getFirst());
    }

    assertThat(KedaTypes.complaints(documents))
        .hasSize(mistakes.size())
        .allMatch(words -> words.contains("error TS"));
  }
}
