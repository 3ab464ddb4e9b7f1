package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Records and windows as written by released versions. Old and new versions run side by side during
 * an upgrade, so this version must read these files without loss and write them so that the other
 * can read them. Add files when a field is added; change none.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SendRequest",
        "SendResult",
        "Control",
        "CampaignCommand",
        "CampaignEvent",
        "Reply",
        "ReturnedRequest",
        "DeadLetter"
      })
  void everyFieldIsInASample(String event) throws IOException {
    assertThat(
            tree(Files.readAllBytes(GOLDEN.resolve(event).resolve("whole.json"))).propertyNames())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(EVENTS.get(event).getRecordComponents())
                .map(component -> component.getName())
                .toList());
  }

  static Stream<String> windows() throws IOException {
    return Files.readAllLines(GOLDEN.resolve("windows.txt")).stream();
  }

  @ParameterizedTest
  @MethodSource("windows")
  void aWindowKeepsItsMeaning(String text) throws UnreadableWindowException {
    assertThat(WindowCodec.encode(WindowCodec.decode(text))).isEqualTo(text);
  }

  private static JsonNode tree(byte[] json) {
    return Json.MAPPER.readTree(json);
  }
}
