package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the tests named in documents exist. */
class NamedTestsTest {
  private static final Path PROJECT = Path.of("..");
  private static final Pattern NAME = Pattern.compile("\\b[A-Z][a-z]\\w*(?:Test|IT)\\b");

  @Test
  void everyOneOfThemExists() throws IOException {
    Set<String> named =
        files(PROJECT.resolve("docs"), ".md").stream()
            .flatMap(document -> NAME.matcher(read(document)).results())
            .map(found -> found.group())
            .collect(Collectors.toSet());

    assertThat(tests()).containsAll(named);
    assertThat(named).isNotEmpty();
  }

  private static Set<String> tests() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(PROJECT)) {
      for (Path module : modules) {
        Path tests = module.resolve("src/test/java");
        if (Files.isDirectory(tests)) {
          sources.addAll(files(tests, ".java"));
        }
      }
    }
    return sources.stream()
        .map(source -> source.getFileName().toString().replace(".java", ""))
        .collect(Collectors.toSet());
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
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
