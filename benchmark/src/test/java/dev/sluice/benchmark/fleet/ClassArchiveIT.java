package dev.sluice.benchmark.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClassArchiveIT {
  @Test
  void aRoleFindsItsClassesInTheArchive() throws Exception {
    assumeThat(System.getProperty("java.vm.info"))
        .as("a JDK without an archive of its own classes makes none")
        .contains("sharing");
    List<String> command =
        Stream.of(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                ClassArchive.options(),
                List.of(
                    "-Xmx192m",
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
