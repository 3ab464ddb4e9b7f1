package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.TimedBody;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimedBodyTest {
  private static final Reading USUAL = new Reading(Optional.empty(), Optional.empty());

  @Test
  void whoReadsRowsIsToldWhenTheTimeIsOver() {
    assertThat(new CsvRows(body("phone\n1\n", Duration.ofMinutes(1)), USUAL)).hasNext();
    assertThatThrownBy(() -> new CsvRows(body("phone\n1\n", Duration.ZERO), USUAL))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("divide it");
    assertThatThrownBy(() -> new JsonRows(body("[{}]", Duration.ZERO), false))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("divide it");
  }

  private static InputStream body(String file, Duration longest) {
    return new TimedBody(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)), longest);
  }
}
