package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Throttling;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Measures a sender whose provider allows less than its configured rate. */
@Command(
    name = "throttling",
    description = "Sends 5,000 at 500/s to a provider that allows 300/s.",
    mixinStandardHelpOptions = true)
final class ThrottlingCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ThrottlingCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    new Throttling(
            line -> {
              out.println(line);
              out.flush();
            })
        .run();
    return 0;
  }
}
