package dev.sluice.console.recipient;

import dev.sluice.console.http.PageTexts;
import dev.sluice.console.http.ProblemException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Explanations of error codes in a language of the page. */
public final class ReasonWords {
  public static final ReasonWords ENGLISH = new ReasonWords(null);

  private static final Map<String, ReasonWords> BY_LANGUAGE =
      PageTexts.each(language -> language.equals("en") ? ENGLISH : read(language));

  /** The page's words by code; null for English, in which they are in the code. */
  private final @Nullable JsonNode codes;

  private ReasonWords(@Nullable JsonNode codes) {
    this.codes = codes;
  }

  private static ReasonWords read(String language) {
    return new ReasonWords(PageTexts.read("codes/" + language + ".json"));
  }

  /**
   * Returns the words of a language.
   *
   * @throws ProblemException 400 if the page does not speak it
   */
  public static ReasonWords in(String language) {
    return PageTexts.in(language, BY_LANGUAGE);
  }

  /** Returns the explanation of a code. */
  String of(@Nullable String code) {
    if (codes == null) {
      return ErrorWords.of(code);
    }
    String words = codes.path(code == null ? "none" : code).asString("");
    return words.isEmpty()
        ? codes.path("other").asString("{code}").replace("{code}", String.valueOf(code))
        : words;
  }
}
