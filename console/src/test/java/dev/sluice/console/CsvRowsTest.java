package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CsvRowsTest {
  @Test
  void aRowOfMoreCellsThanAnySpreadsheetHasIsRefusedWithItsLine() {
    String file = "phone\n+5511960000001\n" + ",".repeat(16 * 1024) + "\n";
    CsvRows rows =
        new CsvRows(
            new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
            new Reading(Optional.empty(), Optional.empty()));
    rows.next();

    assertThatThrownBy(rows::hasNext)
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("line 3, there are more than 16384 cells");
  }
}
