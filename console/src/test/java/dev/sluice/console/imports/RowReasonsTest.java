package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Why rows are rejected, as the page says it. */
class RowReasonsTest {
  private static final Path PAGE = Path.of("src/main/resources/page");
  private static final Pattern SENTENCE = Pattern.compile("\\['(row\\.\\w+)', /(\\^.*\\$)/s]");

  @ParameterizedTest
  @MethodSource("reasons")
  void thePageSaysEveryReasonInItsReadersLanguage(String reason) throws IOException {
    String key = key(reason);

    assertThat(said("en", key, reason)).isEqualTo(reason);
    assertThat(said("de", key, reason)).isNotEqualTo(reason);
    assertThat(said("pt-BR", key, reason)).isNotEqualTo(reason);
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void aFileOfRejectedRowsSaysEveryReasonAsThePageDoes(String reason) throws IOException {
    String key = key(reason);

    for (String language : List.of("de", "pt-BR")) {
      String or = texts(language).path("row.or").asString();
      assertThat(RowWords.in(language).of(reason).replaceAll("(?<=\\d)\\.(?=\\d{3})", ""))
          .isEqualTo(said(language, key, reason).replace(" or ", or));
    }
    assertThat(RowWords.in("en").of(reason)).isEqualTo(reason);
  }

  static Stream<String> reasons() {
    return Stream.of(
        RowReasons.MISSING,
        RowReasons.TOO_LONG,
        RowReasons.TOO_SHORT,
        RowReasons.TOO_MANY_DIGITS,
        RowReasons.SHORTENED,
        RowReasons.DATE,
        RowReasons.LETTERS,
        RowReasons.DECIMALS,
        RowReasons.NO_NUMBER,
        RowReasons.TWO_NUMBERS,
        RowReasons.NO_SUCH_NUMBER,
        RowReasons.NO_COUNTRY,
        RowReasons.WRONG_LENGTH,
        RowReasons.NEEDS_COUNTRY,
        RowReasons.EXTERNAL_ID,
        RowReasons.TIME_ZONE,
        RowReasons.NO_OBJECT,
        RowReasons.VARIABLES,
        RowReasons.RECIPIENT_TOO_LONG,
        RowReasons.ambiguous(List.of("+5511960000001", "+4915100000001")),
        RowReasons.moreColumns(3, 2),
        RowReasons.unstorable("first\nname"),
        RowReasons.longName("name", 200),
        RowReasons.longValue("name", 1024),
        RowReasons.largeVariables(16384),
        RowReasons.noText("phone"),
        RowReasons.noTextVariable("name"));
  }

  private static String key(String reason) throws IOException {
    return sentences().entrySet().stream()
        .filter(sentence -> sentence.getValue().matcher(reason).matches())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static String said(String language, String key, String reason) throws IOException {
    Matcher found = sentences().get(key).matcher(reason);
    assertThat(found.matches()).isTrue();
    String text = texts(language).path(key).asString();
    for (String value : found.namedGroups().keySet()) {
      text = text.replace("{" + value + "}", found.group(value));
    }
    return text;
  }

  private static JsonNode texts(String language) throws IOException {
    return JsonMapper.shared()
        .readTree(Files.readString(PAGE.resolve("texts/" + language + ".json")));
  }

  /** The page's expressions mean the same here. */
  private static Map<String, Pattern> sentences() throws IOException {
    Map<String, Pattern> sentences = new LinkedHashMap<>();
    Matcher line = SENTENCE.matcher(Files.readString(PAGE.resolve("rowreasons.js")));
    while (line.find()) {
      sentences.put(line.group(1), Pattern.compile(line.group(2), Pattern.DOTALL));
    }
    return sentences;
  }
}
