package dev.sluice.console.recipient;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** What error codes mean, in a language of the page. */
public final class ReasonWords {
  public static final ReasonWords ENGLISH = new ReasonWords(null);

  private static final Map<String, ReasonWords> BY_LANGUAGE =
      new TreeMap<>(Map.of("en", ENGLISH, "de", read("de"), "pt-BR", read("pt-BR")));

  /** The page's words by code; null for English, in which they are in the code. */
  private final @Nullable Map<String, String> codes;

  private ReasonWords(@Nullable Map<String, String> codes) {
    this.codes = codes;
  }

  private static ReasonWords read(String language) {
    try (InputStream texts =
        ReasonWords.class.getResourceAsStream("/page/texts/codes/" + language + ".json")) {
      return new ReasonWords(
          Json.MAPPER.readValue(Objects.requireNonNull(texts), new TypeReference<>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the words of a language.
   *
   * @throws ProblemException 400 if the page does not speak it
   */
  public static ReasonWords in(String language) {
    ReasonWords words = BY_LANGUAGE.get(language);
    if (words == null) {
      throw ProblemException.field(
          "language", "is one of " + String.join(", ", BY_LANGUAGE.keySet()));
    }
    return words;
  }

  /** Returns the explanation of a code. */
  String of(@Nullable String code) {
    if (codes == null) {
      return ErrorWords.of(code);
    }
    String words = codes.get(code == null ? "none" : code);
    return words == null
        ? codes.getOrDefault("other", "{code}").replace("{code}", String.valueOf(code))
        : words;
  }
}
