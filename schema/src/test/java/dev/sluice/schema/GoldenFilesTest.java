package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Records, their keys and windows in the forms in which they have been written since these files
 * exist (28 November 2026). Nothing has been released yet, so these files stand for earlier
 * versions: old and new ones run side by side during an upgrade, so this one must read the files
 * without loss and write them so that the other can read them. When a field is added, add a file
 * and its line in {@code SHA256SUMS}; change none.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final String SUMS = "SHA256SUMS";
  private static final Map<String, Class<? extends Record>> EVENTS =
      Stream.of(
              SendRequest.class,
              SendResult.class,
              Control.class,
              CampaignCommand.class,
              CampaignEvent.class,
              Reply.class,
              ReturnedRequest.class,
              DeadLetter.class)
          .collect(Collectors.toMap(Class::getSimpleName, event -> event));

  static Stream<Path> events() throws IOException {
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("events")
  void anEventKeepsItsMeaning(Path file) throws IOException {
    byte[] written = Files.readAllBytes(file);
    Class<? extends Record> event = EVENTS.get(file.getParent().getFileName().toString());

    assertThat(tree(Json.write(Json.read(written, event)))).isEqualTo(tree(written));
  }

  static Stream<String> names() {
    return EVENTS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyFieldIsInASample(String event) throws IOException {
    try (Stream<Path> samples = Files.list(GOLDEN.resolve(event))) {
      assertThat(samples.flatMap(sample -> tree(sample).propertyNames().stream()).distinct())
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(EVENTS.get(event).getRecordComponents())
                  .map(component -> component.getName())
                  .toList());
    }
  }

  @Test
  void aKeyKeepsItsForm() throws IOException {
    UUID campaign = UUID.fromString("3fe21825-0f3c-4d3a-9a51-3a1e5d1c7b10");

    assertThat(Files.readAllLines(GOLDEN.resolve("keys.txt")))
        .containsExactly(
            new LaneKey("brazil", 1).toString(),
            Control.campaignKey(campaign),
            Control.senderKey("brazil"));
  }

  /** Of all modules: those of headers and of stores are beside what writes them. */
  @ParameterizedTest
  @ValueSource(strings = {"schema", "runtime", "producer", "status-aggregator"})
  void noFileHasChanged(String module) throws IOException {
    Path golden = Path.of("..", module).resolve(GOLDEN);
    try (Stream<Path> files = Files.walk(golden)) {
      assertThat(
              files
                  .filter(Files::isRegularFile)
                  .filter(file -> !file.endsWith(SUMS))
                  .map(file -> sum(file) + "  " + golden.relativize(file)))
          .containsExactlyInAnyOrderElementsOf(Files.readAllLines(golden.resolve(SUMS)));
    }
  }

  private static String sum(Path file) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<String> windows() throws IOException {
    return Files.readAllLines(GOLDEN.resolve("windows.txt")).stream();
  }

  @ParameterizedTest
  @MethodSource("windows")
  void aWindowKeepsItsMeaning(String text) throws UnreadableWindowException {
    assertThat(WindowCodec.encode(WindowCodec.decode(text))).isEqualTo(text);
  }

  private static JsonNode tree(Path file) {
    return Json.MAPPER.readTree(file);
  }

  private static JsonNode tree(byte[] json) {
    return Json.MAPPER.readTree(json);
  }
}
