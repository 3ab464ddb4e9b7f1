package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Holding;
import dev.sluice.local.SeparateInfrastructure;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what a paused campaign costs another in the same lane. */
@Command(
    name = "holding",
    description =
        "Pauses a campaign with ten seconds of work queued, and measures what another one of the"
            + " same sender keeps of the rate; with kills, that nobody is lost or sent to twice.",
    mixinStandardHelpOptions = true)
final class HoldingCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "800",
      description = "The sender's rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "How many workers and producers are killed, each at a pause or resume"
              + " (${DEFAULT-VALUE}).")
  private int kills;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  HoldingCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      new Holding(
              servers,
              rate,
              line -> {
                out.println(line);
                out.flush();
              })
          .run(kills);
    }
    return 0;
  }
}
