package dev.sluice.console.http;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The page's texts, for files that are made in its reader's language. */
public final class PageTexts {
  private static final List<String> LANGUAGES = List.of("de", "en", "pt-BR");

  private PageTexts() {}

  /** Returns what is made of each language's name. */
  public static <T> Map<String, T> each(Function<String, T> made) {
    return LANGUAGES.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), made));
  }

  /**
   * Returns what there is for a language.
   *
   * @throws ProblemException 400 if the page does not speak it
   */
  public static <T> T in(String language, Map<String, T> each) {
    T one = each.get(language);
    if (one == null) {
      throw ProblemException.field("language", "is one of " + String.join(", ", LANGUAGES));
    }
    return one;
  }

  /** Returns the texts of a file below the page's folder of texts. */
  public static JsonNode read(String file) {
    try (InputStream texts = PageTexts.class.getResourceAsStream("/page/texts/" + file)) {
      return Json.MAPPER.readTree(Objects.requireNonNull(texts));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
