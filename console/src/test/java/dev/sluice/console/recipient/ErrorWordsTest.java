package dev.sluice.console.recipient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ErrorWordsTest {
  private static final Path TEXTS = Path.of("src/main/resources/page/texts/codes");

  @ParameterizedTest
  @ValueSource(strings = {"de", "pt-BR"})
  void thePageExplainsEachCodeInItsLanguage(String language) throws IOException {
    Set<String> expected = new HashSet<>(ErrorWords.codes());
    expected.addAll(Set.of("none", "other"));

    assertThat(
            JsonMapper.shared()
                .readTree(Files.readString(TEXTS.resolve(language + ".json")))
                .propertyNames())
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}
