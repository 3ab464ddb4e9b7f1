package dev.sluice.benchmark.scenario;

import java.util.List;
import java.util.Optional;

/** A comparison of Sluice with the bare minimum for the same work, both in one run. */
public interface Scenario {
  /** All of them. */
  List<Scenario> ALL =
      List.of(
          new SeedScenario(),
          new PipelineScenario(),
          new FanOutScenario(),
          new StatusScenario(),
          new ImportScenario());

  /** The one with this name, if there is one. */
  static Optional<Scenario> named(String name) {
    return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst();
  }

  /** What it is called on the command line. */
  String name();

  /** What is compared, in one line. */
  String description();

  /** How many messages, results or rows a measurement takes unless told otherwise. */
  int usualSize();

  /** Measures. */
  Report run(int size) throws Exception;
}
