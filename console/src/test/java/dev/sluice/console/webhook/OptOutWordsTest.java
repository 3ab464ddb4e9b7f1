package dev.sluice.console.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.WebhookConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptOutWordsTest {
  private static final OptOutWords USUAL =
      new OptOutWords(List.of(WebhookConfig.DEFAULT_OPT_OUT_WORDS.split(",")));

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STOP.",
        "Stop!",
        "'STOP'",
        "\u201cstop\u201d",
        "STOP\u00a0",
        "\u200eSTOP\u200b",
        "ST\u00adOP",
        "\u00a1Alto!",
        "stop \ud83d\ude4f\ud83c\udffd",
        "Stop promotions",
        "Unsubscribe from  Promos",
        "Unsubscribe from All",
        "opt-out",
        "Stopp",
        "Parar promoções",
        "Detener promociones"
      })
  void theUsualWaysToSayItAreUnderstood(String message) {
    assertThat(USUAL.contains(message)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"!", "...", " ", "\u00a0", "\ud83d\ude4f", "Stop by any time", "don't stop"})
  void whatSaysNothingOrMoreIsNoOptOut(String message) {
    assertThat(USUAL.contains(message)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "cancelar inscrição, CANCELAR INSCRICAO",
    "Kündigen, kundigen",
    "Schluß, SCHLUSS",
    "διακοπή, ΔΙΑΚΟΠΗ",
    "توقف, تَوَقَّفْ",
    "רוצה להפסיק, רוֹצֶה לְהַפְסִיק",
    "रोको, रोको!",
    "หยุด, หยุด.",
    "stop, ´STOP´",
    "\ud83d\uded1, \ud83d\uded1\ufe0f"
  })
  void accentsAndVowelsThatMayBeLeftOutDoNotCount(String word, String message) {
    assertThat(new OptOutWords(List.of(word)).contains(message)).isTrue();
  }

  /** "Stop!" and "stopped" in Hindi, "stop" and "drop" in Thai, two syllables in Japanese. */
  @ParameterizedTest
  @CsvSource({"रोको, रोका", "रोको, रक", "หยุด, หยด", "が, か"})
  void aVowelSignMakesAnotherWord(String word, String message) {
    assertThat(new OptOutWords(List.of(word)).contains(message)).isFalse();
  }

  @Test
  void aWordMayBeNothingButASymbol() {
    OptOutWords symbol = new OptOutWords(List.of("\ud83d\uded1"));

    assertThat(symbol.contains("\ud83d\uded1")).isTrue();
    assertThat(symbol.contains("!")).isFalse();
  }
}
