package dev.sluice.benchmark;

import dev.sluice.benchmark.scenario.Scenario;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the comparisons. */
@Command(
    name = "list",
    description = "Lists the comparisons that 'run' makes.",
    mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ListCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (Scenario scenario : Scenario.ALL) {
      out.printf("%-10s %s%n", scenario.name(), scenario.description());
    }
    out.flush();
    return 0;
  }
}
