package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.console.http.ProblemException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRowsTest {
  @Test
  void aRowOfMoreCellsThanAnySpreadsheetHasIsRefusedWithItsLine() {
    CsvRows rows = rows("phone\n+5511960000001\n" + ",".repeat(16 * 1024) + "\n");
    rows.next();

    assertThatThrownBy(rows::hasNext)
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("line 3, there are more than 16384 cells");
  }

  @Test
  void aRowOfLongCellsIsReadNoFurtherThanARowMayBeLong() {
    String cell = "x".repeat(300_000);
    CsvRows rows = rows("phone\n1" + ("," + cell).repeat(3) + "\n1" + ("," + cell).repeat(4));
    assertThat(rows.next().cells()).hasSize(4);

    assertThatThrownBy(rows::hasNext)
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("line 3, the cells have more than 1048576 characters together");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$", "$,b", "phone,$,$", "phone!$,phone?$"})
  void aRefusalRepeatsOnlyTheBeginningOfWhatColumnsAreCalled(String header) {
    String name = "!".repeat(200_000);
    ProblemException refused =
        catchThrowableOfType(
            ProblemException.class, () -> rows(header.replace("$", name) + "\n1,2,3\n"));

    assertThat(refused.body().toString()).hasSizeLessThan(1_000);
  }

  private static CsvRows rows(String file) {
    return new CsvRows(
        new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
        new Reading(Optional.empty(), Optional.empty()));
  }
}
