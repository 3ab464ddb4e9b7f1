package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the tests that the gate leaves out with the table that says what it has instead. */
class WeeklyTestsTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+(?:Test|IT))`");

  @Test
  void eachIsInTheTable() throws IOException {
    String document = Files.readString(DocumentedCommands.ROOT.resolve("CONTRIBUTING.md"));
    Set<String> listed =
        ROW.matcher(document)
            .results()
            .map(row -> row.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(tagged()).isNotEmpty().isEqualTo(listed);
  }

  private static Set<String> tagged() throws IOException {
    try (Stream<Path> modules = Files.list(DocumentedCommands.ROOT)) {
      return modules
          .map(module -> module.resolve("src/test/java"))
          .filter(Files::isDirectory)
          .flatMap(WeeklyTestsTest::sources)
          .filter(file ->
              read(file).contains("\n@Tag(\"weekly\")\n")
                  || read(file).contains("\n  @Tag(\"weekly\")\n"))
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Stream<Path> sources(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
