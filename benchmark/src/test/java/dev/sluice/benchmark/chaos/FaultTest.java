package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultTest {
  @ParameterizedTest
  @EnumSource
  void isInTheListOfTheGuarantees(Fault fault) throws IOException {
    assertThat(Files.readString(Path.of("../docs/guarantees.md"))).contains("`" + fault + "`");
  }
}
