package dev.sluice.benchmark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class NeighboursCommandTest {
  @Test
  void ifBothPartsFailBothAreReported() {
    assertThatThrownBy(() ->
            NeighboursCommand.both(
                () -> {
                  throw new AssertionError("a pause took 3 s");
                },
                () -> {
                  throw new IOException("no answer to jcmd");
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("a pause took 3 s", "no answer to jcmd");
  }

  @Test
  void aFailureOfOneIsReportedAlone() {
    assertThatThrownBy(() ->
            NeighboursCommand.both(
                () -> {},
                () -> {
                  throw new AssertionError("memory grew");
                }))
        .hasMessageContaining("memory grew");
    assertThatCode(() -> NeighboursCommand.both(() -> {}, () -> {})).doesNotThrowAnyException();
  }
}
