package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** KEDA ignores a field that it does not know, and a mistake would show only in production. */
@EnabledIf("dev.sluice.demo.KedaTypes#areThere")
class KedaKindsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "components/keda/scaled-object.yaml",
        "overlays/strimzi-keda/trigger-authentication.yaml"
      })
  void kedaKnowsEachFieldOfItsDocuments(String file) throws Exception {
    assertThat(Manifests.documents(file)).anyMatch(KedaTypes::include);
    for (Map<String, Object> document : Manifests.documents(file)) {
      if (KedaTypes.include(document)) {
        assertThat(KedaTypes.complaints(document)).isEmpty();
      }
    }
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
    assertThat(KedaTypes.complaints(patched)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "cooldownPeriod, coolDownPeriod",
    "stabilizationWindowSeconds, stabilisationWindowSeconds",
    "maxReplicaCount: 24, maxReplicaCount: many",
    "scaleTargetRef, scaleTarget",
  })
  void aMistakeIsNoticed(String right, String wrong) throws Exception {
    String file = Files.readString(Manifests.FOLDER.resolve("components/keda/scaled-object.yaml"));
    assertThat(file).contains(right);

    assertThat(KedaTypes.complaints(Manifests.parsed(file.replace(right, wrong)).getFirst()))
        .contains("error TS");
  }
}
