package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources say that the compiled code does not tell. */
class SourcesTest {
  private static final List<String> MODULES =
      List.of("schema", "runtime", "producer", "worker", "status-aggregator", "console", "cli");

  /**
   * The heading of a column of phone numbers, and the page's place for what providers differ in.
   */
  private static final Set<String> MAY = Set.of("PhoneColumn.java", "providers.js");

  @Test
  void noCodeOutsideProvidersSaysWhatsapp() {
    List<String> found =
        MODULES.stream()
            .flatMap(module -> sources(DocumentedCommands.ROOT.resolve(module).resolve("src/main")))
            .filter(file -> !MAY.contains(file.getFileName().toString()))
            .flatMap(file -> lines(file, ".*[\"'`]whatsapp[\"'`].*"))
            .toList();

    assertThat(found).isEmpty();
  }

  /** Kafka's packages outside its documented API may change without notice; why.md has the rest. */
  @Test
  void noCodeAndNoTestUsesKafkasInnerPackages() {
    Set<String> reasoned = Set.of("SteadyTime.java", "EmbeddedKafka.java", "LogEndsTest.java");
    List<String> found =
        Modules.all().stream()
            .flatMap(module -> sources(DocumentedCommands.ROOT.resolve(module).resolve("src")))
            .filter(file -> !reasoned.contains(file.getFileName().toString()))
            .flatMap(file ->
                lines(file, "import org\\.apache\\.kafka\\.(common\\.utils|.*internals)\\..*"))
            .toList();

    assertThat(found).isEmpty();
  }

  /** The type of a local variable is no dependency of the compiled class. */
  @Test
  void routesImportNothingOfJooq() {
    List<String> found =
        MODULES.stream()
            .flatMap(module -> sources(DocumentedCommands.ROOT.resolve(module).resolve("src/main")))
            .filter(file -> file.getFileName().toString().endsWith("Routes.java"))
            .flatMap(file -> lines(file, "import (static )?org\\.jooq\\..*"))
            .toList();

    assertThat(found).isEmpty();
  }

  private static Stream<Path> sources(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().matches(".*\\.(java|js)")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  private static Stream<String> lines(Path file, String pattern) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.matches(pattern))
          .map(line -> file.getFileName() + ": " + line.strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
