package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import org.junit.jupiter.api.Test;

class RejectionsTest {
  @Test
  void aFileOfMillionsOfBadRowsIsNotReadToItsEnd() {
    Rejections rejections = new Rejections();
    for (int line = 1; line <= 5_000_000; line++) {
      rejections.add(line, "it is bad");
    }

    assertThatThrownBy(() -> rejections.add(5_000_001, "it is bad"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("More than 5000000 rows cannot be used, the first because it is bad");
  }
}
