package dev.sluice.cli;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A message on the command line: JSON, or {@code @} and the name of a file. */
final class MessageArgument {
  /** Refuses duplicate fields, as it is unclear which one is meant. */
  private static final JsonMapper STRICT =
      Json.MAPPER.rebuild().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private MessageArgument() {}

  /**
   * Parses the message.
   *
   * @throws IllegalArgumentException if it is invalid; the message says what is wrong, and where
   */
  static JsonNode read(String text) {
    if (!text.startsWith("@")) {
      return parse(text, "the message");
    }
    Path file = InputFile.require(Path.of(text.substring(1)));
    return parse(content(file), "the message in " + file);
  }

  private static String content(Path file) {
    try {
      String content = Files.readString(file);
      return content.startsWith(BYTE_ORDER_MARK) ? content.substring(1) : content;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not in UTF-8; save it as UTF-8", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("the file " + file + " cannot be read", e);
    }
  }

  private static JsonNode parse(String json, String what) {
    try {
      return STRICT.readTree(json);
    } catch (StreamReadException e) {
      throw new IllegalArgumentException(
          "%s is not JSON: line %d, column %d: %s"
              .formatted(
                  what,
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(what + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
