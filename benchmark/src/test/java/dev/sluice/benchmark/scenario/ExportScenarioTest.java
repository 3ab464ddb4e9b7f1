package dev.sluice.benchmark.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExportScenarioTest {
  @Test
  void anExportOfFewerRowsThanExpectedIsMissed() {
    assertThat(ExportScenario.report(390_000, 49_999, 256).missed())
        .containsExactly("Sluice: at least 50000 rows/s");
    assertThat(ExportScenario.report(390_000, 50_000, 256).missed()).isEmpty();
  }

  @Test
  void whatIsExpectedIsPrintedBesideWhatWasMeasured() {
    Report report = ExportScenario.report(400_000, 100_000, 256);

    assertThat(report.columns()).containsExactly("rows/s", "expected", "of bare", "heap MiB");
    assertThat(report.rows().getLast().values()).containsExactly(100_000.0, 50_000.0, 0.25, 256.0);
  }
}
