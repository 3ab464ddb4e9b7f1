package dev.sluice.console.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptOutWordsTest {
  private final OptOutWords words = new OptOutWords(List.of("STOP", "não"));

  @Test
  void aWholeMessageCountsWhateverItsCaseAndAccents() {
    assertThat(words.contains(" stop\n")).isTrue();
    assertThat(words.contains("NAO")).isTrue();
    assertThat(words.contains("Não")).isTrue();
  }

  @Test
  void aWordInASentenceDoesNot() {
    assertThat(words.contains("please do not stop")).isFalse();
    assertThat(words.contains("")).isFalse();
  }
}
