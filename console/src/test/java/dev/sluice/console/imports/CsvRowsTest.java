package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.console.http.ProblemException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
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

  /** As a spreadsheet gives it back: with as many cells in each row as in the widest. */
  @Test
  void blankCellsBehindTheReasonsOfACorrectedFileAreIgnored() {
    CsvRows rows =
        rows(
            """
            phone,name,reason (Sluice),,
            +5511960000001,Ana,the phone number is too short,,
            +5511960000002,,it is missing,,
            +5511960000003,Bia,,,
            +5511960000004,Eva,x,3 columns,
            ,,The rest was not read,,
            """);

    assertThat(rows.header()).containsExactly("phone", "name");
    assertThat(rows.next())
        .isEqualTo(
            new Rows.Row(
                2,
                "+5511960000001",
                Map.of("name", "Ana"),
                null,
                null,
                List.of("+5511960000001", "Ana"),
                null));
    assertThat(rows.next().variables()).isEqualTo(Map.of("name", ""));
    assertThat(rows.next().fault()).isNull();
    assertThat(rows.next().fault()).isEqualTo("3 columns where the first line has 2");
    assertThat(rows.hasNext()).isFalse();
  }

  private static CsvRows rows(String file) {
    return new CsvRows(
        new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
        new Reading(Optional.empty(), Optional.empty()));
  }
}
