package dev.sluice.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchmarkTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void isAmongTheCommandsThatHelpNames() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).containsPattern("(?m)^  benchmark +Measured comparisons");
  }

  @ParameterizedTest
  @ValueSource(strings = {"benchmark --help", "benchmark rates --help", "benchmark"})
  void warnsOfNothing(String command) {
    PrintStream before = System.err;
    ByteArrayOutputStream warnings = new ByteArrayOutputStream();
    try (PrintStream instead = new PrintStream(warnings, true, StandardCharsets.UTF_8)) {
      System.setErr(instead);
      run(command.split(" "));
    } finally {
      System.setErr(before);
    }
    assertThat(warnings.toString(StandardCharsets.UTF_8)).doesNotContain("picocli");
    assertThat(out.toString() + err).contains("sluice benchmark");
  }

  @Test
  void aWrongOptionGetsOneClearLineAndExitCodeTwo() {
    assertThat(run("benchmark", "rates", "--no-such-option")).isEqualTo(2);
    assertThat(err.toString().strip().lines()).hasSize(1);
  }

  @Test
  void comparisonsAreListedWithWhatTheyCompare() {
    assertThat(run("benchmark", "list")).isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^pipeline +messages/s")
        .containsPattern("(?m)^status +results/s");
  }

  @Test
  void aComparisonThatThereIsNotGetsOneClearLineAndExitCodeTwo() {
    assertThat(run("benchmark", "run", "nothing")).isEqualTo(2);
    assertThat(err.toString().strip().lines()).singleElement().asString().contains("status");
  }

  private int run(String... arguments) {
    return Sluice.complete(Sluice.commandLine())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
