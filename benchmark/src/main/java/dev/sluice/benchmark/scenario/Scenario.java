package dev.sluice.benchmark.scenario;

import java.util.List;
import java.util.Optional;

/**
 * A comparison of Sluice with the bare minimum for the same work, both measured in one run, or with
 * what is expected of it.
 */
public interface Scenario {
  /** All scenarios. */
  List<Scenario> ALL =
      List.of(
          new SeedScenario(),
          new PipelineScenario(),
          new FanOutScenario(),
          new StatusScenario(),
          new ImportScenario(),
          new ExportScenario(),
          new RateScenario(),
          new TakeoverScenario(),
          new ScaleScenario());

  /** Returns the scenario with this name; empty if there is none. */
  static Optional<Scenario> named(String name) {
    return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst();
  }

  /** Returns its name on the command line. */
  String name();

  /** Describes in one line what is compared. */
  String description();

  /** Returns the default number of messages, results, rows or seconds of a measurement. */
  int usualSize();

  /** Runs the measurement. */
  Report run(int size) throws Exception;
}
