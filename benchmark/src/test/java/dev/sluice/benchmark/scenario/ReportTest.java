package dev.sluice.benchmark.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final Report report =
      new Report(
          List.of("results/s", "of bare"),
          List.of(
              Report.Row.of("bare", 35_273.4, 1.0), Report.Row.of("Sluice", 11_437.0, Double.NaN)));

  @Test
  void isATableForPeople() {
    StringWriter text = new StringWriter();
    report.print(new PrintWriter(text, true));

    assertThat(text.toString().lines().map(String::stripTrailing))
        .containsExactly(
            "           results/s      of bare",
            "bare          35,273         1.00",
            "Sluice        11,437");
  }

  @Test
  void leavesOutForProgramsWhatHasNoNumber() {
    assertThat(report.asJson().getLast())
        .containsExactly(entry("name", "Sluice"), entry("results/s", 11_437.0));
  }

  @Test
  void saysWhatIsMissed() {
    StringWriter text = new StringWriter();
    new Report(List.of(), List.of(), List.of("80/s: at least 99 % of the rate"))
        .print(new PrintWriter(text, true));

    assertThat(text.toString().lines()).contains("MISSED 80/s: at least 99 % of the rate");
  }
}
