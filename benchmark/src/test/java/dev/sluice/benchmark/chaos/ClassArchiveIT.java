package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClassArchiveIT {
  private static final String FROM_THE_ARCHIVE =
      "dev.sluice.cli.Sluice source: shared objects file (top)";

  @Test
  void aRoleFindsItsClassesInTheArchive() {
    assumeThat(System.getProperty("java.vm.info"))
        .as("a JDK without an archive of its own classes makes none")
        .contains("sharing");

    // An archive is of JARs of a certain time, and tests beside this one touch them.
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> loading(ClassArchive.make()).contains(FROM_THE_ARCHIVE));
  }

  /** Returns what a role says of where its classes come from. */
  private static String loading(List<String> options) throws IOException {
    List<String> command =
        Stream.of(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                options,
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
    return new String(role.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
