package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClassArchiveIT {
  @Test
  void aRoleFindsItsClassesInTheArchive() throws Exception {
    List<String> command =
        Stream.of(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                ClassArchive.options(),
                List.of(
                    "-Xlog:class+load",
                    "-cp",
                    ClassArchive.CLASS_PATH,
                    "dev.sluice.cli.Sluice",
                    "--version"))
            .flatMap(List::stream)
            .toList();
    Process role = new ProcessBuilder(command).redirectErrorStream(true).start();

    assertThat(new String(role.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("dev.sluice.cli.Sluice source: shared objects file (top)");
  }
}
