package dev.sluice.console.imports;

import dev.sluice.console.http.PageTexts;
import dev.sluice.console.http.ProblemException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Why a row cannot be used, in a language of the page. The page's English texts are the sentences
 * of {@link RowReasons}; a reason that is none of them stays as it is.
 */
final class RowWords {
  private static final String ROW = "row.";
  private static final String OR = "row.or";
  private static final String REST = "file.restUnread";
  private static final Pattern VALUE = Pattern.compile("\\{(\\w+)}");

  /** Numbers among the values, which each language writes in its own way. */
  private static final Set<String> COUNTS = Set.of("most", "columns", "named");

  private static final Pattern BETWEEN_NUMBERS = Pattern.compile("(?<=\\d) or (?=\\+)");

  private static final Map<String, RowWords> BY_LANGUAGE = PageTexts.each(RowWords::new);

  /** The reasons as they are. */
  static final RowWords ENGLISH = in("en");

  private final List<Sentence> sentences;
  private final String rest;
  private final String or;
  private final Locale locale;

  /** A sentence as the console says it, and the text of this language with the same values. */
  private record Sentence(Pattern english, String text) {}

  private RowWords(String language) {
    JsonNode english = PageTexts.read("en.json");
    JsonNode texts = PageTexts.read(language + ".json");
    this.sentences =
        (language.equals("en") ? List.<String>of() : english.propertyNames())
            .stream()
                .filter(key -> key.startsWith(ROW) && !key.equals(OR))
                .map(key -> new Sentence(pattern(english.path(key)), texts.path(key).asString()))
                .toList();
    this.rest = texts.path(REST).asString();
    this.or = texts.path(OR).asString();
    this.locale = Locale.forLanguageTag(language);
  }

  /**
   * Returns the words of a language.
   *
   * @throws ProblemException 400 if the page does not speak it
   */
  static RowWords in(String language) {
    return PageTexts.in(language, BY_LANGUAGE);
  }

  private static Pattern pattern(JsonNode text) {
    StringBuilder pattern = new StringBuilder();
    Matcher value = VALUE.matcher(text.asString());
    int at = 0;
    while (value.find()) {
      pattern.append(Pattern.quote(text.asString().substring(at, value.start())));
      String name = value.group(1);
      pattern.append("(?<" + name + (COUNTS.contains(name) ? ">\\d{1,9})" : ">.+)"));
      at = value.end();
    }
    pattern.append(Pattern.quote(text.asString().substring(at)));
    return Pattern.compile(pattern.toString(), Pattern.DOTALL);
  }

  /** Returns one of the {@link RowReasons} in this language. */
  String of(String reason) {
    return sentences.stream()
        .flatMap(sentence -> said(sentence, reason).stream())
        .findFirst()
        .orElse(reason);
  }

  /** Returns that the rest of a file was not read, and why. */
  String restUnread(String why) {
    return rest.replace("{reason}", why);
  }

  private Optional<String> said(Sentence sentence, String reason) {
    Matcher found = sentence.english().matcher(reason);
    return found.matches()
        ? Optional.of(
            VALUE
                .matcher(sentence.text())
                .replaceAll(value -> Matcher.quoteReplacement(value(value, found))))
        : Optional.empty();
  }

  private String value(MatchResult named, Matcher found) {
    String name = named.group(1);
    String value = found.group(name);
    return COUNTS.contains(name)
        ? String.format(locale, "%,d", Long.parseLong(value))
        : name.equals("numbers") ? BETWEEN_NUMBERS.matcher(value).replaceAll(or) : value;
  }
}
