package dev.sluice.producer.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Entries of the producer's stores in the forms in which they have been written since these files
 * exist (28 November 2026). After an upgrade the new version reads the changelog, after a downgrade
 * the old one. Add files when a field is added; change none, as GoldenFilesTest checks. (Returned
 * requests and results are records, whose files are in the schema module.)
 */
class GoldenStoreEntriesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  static Stream<Path> entries() throws IOException {
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("entries")
  void anEntryKeepsItsMeaning(Path file) throws IOException {
    byte[] written = Files.readAllBytes(file);

    assertThat(
            tree(Json.write(Json.read(written, type(file.getParent().getFileName().toString())))))
        .isEqualTo(tree(written));
  }

  @ParameterizedTest
  @ValueSource(strings = {"FanOutState", "Place", "Announced"})
  void everyFieldIsInASample(String type) throws IOException {
    try (Stream<Path> samples = Files.list(GOLDEN.resolve(type))) {
      assertThat(
              samples
                  .flatMap(sample -> Json.MAPPER.readTree(sample).propertyNames().stream())
                  .distinct())
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(type(type).getRecordComponents())
                  .map(component -> component.getName())
                  .toList());
    }
  }

  private static Class<? extends Record> type(String name) {
    return switch (name) {
      case "FanOutState" -> FanOutEntry.class;
      case "Place" -> InputOffsets.Place.class;
      case "Announced" -> Announced.class;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static JsonNode tree(byte[] json) {
    return Json.MAPPER.readTree(json);
  }
}
