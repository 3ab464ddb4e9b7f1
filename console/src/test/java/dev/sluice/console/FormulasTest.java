package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormulasTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\uff1d1",
        "'=1+1",
        "=HYPERLINK(\"http://x\")\nmore"
      })
  void whatASpreadsheetWouldExecuteBecomesTextAndComesBackAsItWas(String cell) {
    assertThat(Formulas.defused(cell)).isEqualTo("'" + cell);
    assertThat(Formulas.restored(Formulas.defused(cell))).isEqualTo(cell);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"+5511960000001", "-10", "+1,5", "Ana", "", "'", "'quoted'", "a=b", "2026-11-25"})
  void everythingElseStaysAsItIs(String cell) {
    assertThat(Formulas.defused(cell)).isEqualTo(cell);
    assertThat(Formulas.restored(cell)).isEqualTo(cell);
  }
}
