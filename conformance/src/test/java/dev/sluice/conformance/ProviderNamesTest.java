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

/** Only the module of providers tells them apart by name. */
class ProviderNamesTest {
  private static final List<String> MODULES =
      List.of("schema", "runtime", "producer", "worker", "status-aggregator", "console", "cli");

  /** The heading of a column of phone numbers, and the page's place for what providers differ in. */
  private static final Set<String> MAY = Set.of("PhoneColumn.java", "providers.js");

  @Test
  void noCodeOutsideProvidersSaysWhatsapp() {
    List<String> found =
        MODULES.stream()
            .flatMap(module -> sources(DocumentedCommands.ROOT.resolve(module).resolve("src/main")))
            .filter(file -> !MAY.contains(file.getFileName().toString()))
            .flatMap(ProviderNamesTest::literals)
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

  private static Stream<String> literals(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.matches(".*[\"'`]whatsapp[\"'`].*"))
          .map(line -> file.getFileName() + ": " + line.strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
