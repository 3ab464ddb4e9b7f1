package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormulasTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t1",
        "\rx",
        "\"=1",
        "\uff1d1",
        "'=1+1",
        "=HYPERLINK(\"http://x\")\nmore"
      })
  void whatASpreadsheetWouldExecuteBecomesTextAndComesBackAsItWas(String cell) {
    assertThat(Formulas.defused(cell)).isEqualTo("'" + cell);
    assertThat(Formulas.restored(Formulas.defused(cell))).isEqualTo(cell);
  }

  /** Every text of up to five of the characters that matter. */
  @Test
  void whateverIsWrittenComesBackAsItWas() {
    List<String> texts = List.of("");
    for (int length = 0; length < 5; length++) {
      texts =
          texts.stream()
              .flatMap(
                  text -> Stream.of("'", "\"", "=", "-", "\n", "1", "a", ";").map(text::concat))
              .toList();
      assertThat(texts)
          .allSatisfy(
              text -> assertThat(Formulas.restored(Formulas.defused(text))).isEqualTo(text));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "a;=1+1 ~ a;'=1+1",
        "a,@x ~ a,'@x",
        "a|-x;b ~ a|'-x;b",
        "`a\t+cmd` ~ `a\t'+cmd`",
        "`a\n=1` ~ `a\n'=1`",
        "`a\r\n＝1` ~ `a\r\n'＝1`",
        "a;\"=1\" ~ a;\"'=1\"",
        "`=1;=2;;=3` ~ `'=1;'=2;;'=3`"
      })
  void anExportDefusesWhatBeginsACellForASpreadsheetWithAnotherSeparator(
      String cell, String written) {
    assertThat(Formulas.defusedThroughout(cell)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Tamanhos:'S','+M'", "Siga\n'@loja", "a,'-b", "Códigos;'=A1'"})
  void apostrophesThatPeopleWriteWithinATextAreTheirs(String text) {
    assertThat(Formulas.restored(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+5511960000001",
        "-10",
        "+1,5",
        "Ana",
        "",
        "'",
        "'quoted'",
        "a=b",
        "2026-11-25",
        "a;-10;+1",
        "a, b - c",
      })
  void everythingElseStaysAsItIs(String cell) {
    assertThat(Formulas.defusedThroughout(cell)).isEqualTo(cell);
    assertThat(Formulas.restored(cell)).isEqualTo(cell);
  }
}
