package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** kubectl, without a cluster. Debian's is too old for the overlays' components. */
final class Kustomize {
  private Kustomize() {}

  /** Returns whether it is installed. CI sets SLUICE_KUBECTL_TESTS=required. */
  static boolean isThere() throws IOException, InterruptedException {
    boolean there =
        new ProcessBuilder("sh", "-c", "command -v kubectl >/dev/null").start().waitFor() == 0;
    if (!there && "required".equals(System.getenv("SLUICE_KUBECTL_TESTS"))) {
      throw new IllegalStateException("the tests of Kubernetes' overlays need kubectl");
    }
    if (!there) {
      System.out.println("left out: the tests of Kubernetes' overlays, as kubectl is missing");
    }
    return there;
  }

  /** Returns the manifests of a folder as the documents say to preview them. */
  static List<Map<String, Object>> build(String folder) throws IOException, InterruptedException {
    return Manifests.parsed(
        kubectl(
            Manifests.FOLDER.resolve("../.."), "kubectl kustomize deploy/kubernetes/" + folder));
  }

  /** Returns what a command printed that must succeed and needs no cluster. */
  static String kubectl(Path folder, String command) throws IOException, InterruptedException {
    Process kubectl =
        new ProcessBuilder(command.split(" "))
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kubectl.waitFor()).as(command).isZero();
    return printed;
  }
}
