package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page's texts: every language says the same things. */
class PageTextsTest {
  private static final Path PAGE = Path.of("src/main/resources/page");
  private static final Pattern VALUE = Pattern.compile("\\{(\\w+)}");
  private static final Pattern USE =
      Pattern.compile("(?:say|sayOr|parts|fact|pair)\\(\\s*'([^']+)'|data-say=\"([^\"]+)\"");

  @ParameterizedTest
  @ValueSource(strings = {"de", "pt-BR"})
  void everyLanguageHasTheSameTextsWithTheSameValues(String language) throws IOException {
    assertThat(values(language)).isEqualTo(values("en"));
  }

  @Test
  void everyTextThatThePageNamesIsThere() throws IOException {
    assertThat(values("en").keySet()).containsAll(named());
  }

  @Test
  void noScriptSaysAnythingInWordsOfItsOwn() throws IOException {
    Pattern words =
        Pattern.compile(">\\s*[A-Z][a-z]+ [a-z]+[^<$`]*<|(?:title|text|action): '[A-Z]");
    for (Path script : files(".js")) {
      assertThat(Files.readString(script)).as(script.toString()).doesNotContainPattern(words);
    }
  }

  /** Returns the names of each text's values, including its plural forms. */
  private static Map<String, Set<String>> values(String language) throws IOException {
    Map<String, Set<String>> values = new TreeMap<>();
    JsonNode texts =
        JsonMapper.shared().readTree(Files.readString(PAGE.resolve("texts/" + language + ".json")));
    texts
        .properties()
        .forEach(text ->
            values.put(
                text.getKey(),
                VALUE
                    .matcher(text.getValue().toString())
                    .results()
                    .map(found -> found.group(1))
                    .collect(Collectors.toSet())));
    return values;
  }

  private static List<String> named() throws IOException {
    Stream.Builder<String> named = Stream.builder();
    for (Path file : files(".js", ".html")) {
      USE.matcher(Files.readString(file)).results().map(PageTextsTest::key).forEach(named);
    }
    return named.build().distinct().toList();
  }

  private static String key(MatchResult use) {
    return use.group(1) == null ? use.group(2) : use.group(1);
  }

  private static List<Path> files(String... endings) throws IOException {
    try (Stream<Path> files = Files.list(PAGE)) {
      return files.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith)).toList();
    }
  }
}
