package dev.sluice.benchmark.scenario;

import dev.sluice.benchmark.chaos.ImportSpeed;
import java.util.List;

/** An import of recipients through the console's API, compared with a COPY of the same rows. */
final class ImportScenario implements Scenario {
  @Override
  public String name() {
    return "import";
  }

  @Override
  public String description() {
    return "rows/s from a CSV file through the console, beside a bare COPY of the same rows";
  }

  @Override
  public int usualSize() {
    return 500_000;
  }

  @Override
  public Report run(int size) throws Exception {
    ImportSpeed.Times times = new ImportSpeed(size, line -> {}).run();
    return new Report(
        List.of("rows/s", "of bare", "heap MiB"),
        List.of(
            Report.Row.of("bare COPY", size / times.copySeconds(), 1.0, Double.NaN),
            Report.Row.of(
                "Sluice",
                size / times.importSeconds(),
                times.copySeconds() / times.importSeconds(),
                times.heapMiB())));
  }
}
