package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Soak;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a large campaign at full speed. */
@Command(
    name = "soak",
    description = "Sends a large campaign at full speed: memory, statements, guarantees.",
    mixinStandardHelpOptions = true)
final class SoakCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--recipients",
      paramLabel = "PEOPLE",
      defaultValue = "1000000",
      description = "How many (${DEFAULT-VALUE}).")
  private int recipients;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "5000",
      description = "What the sender may send (${DEFAULT-VALUE}).")
  private double rate;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  SoakCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    new Soak(
            recipients,
            rate,
            line -> {
              out.println(line);
              out.flush();
            })
        .run();
    return 0;
  }
}
