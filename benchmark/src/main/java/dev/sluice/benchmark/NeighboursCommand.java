package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Fault;
import dev.sluice.benchmark.chaos.Neighbours;
import dev.sluice.local.SeparateInfrastructure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets one thing after the other go wrong, and looks at those whom it does not concern. */
@Command(
    name = "neighbours",
    description =
        "Lets one sender, campaign or record after the other be faulty, and checks that everybody"
            + " else keeps 95 %% of the rate and completes. Takes about twelve minutes.",
    mixinStandardHelpOptions = true)
final class NeighboursCommand implements Callable<Integer> {
  private static final double LEAST_SHARE = 0.95;

  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      paramLabel = "FAULT",
      split = ",",
      description = "Only these: ${COMPLETION-CANDIDATES} (all).")
  private List<Fault> only = List.of(Fault.values());

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "20",
      description = "How long each lasts (${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "80",
      description = "The steady campaign's rate (${DEFAULT-VALUE}).")
  private double rate;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  NeighboursCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      new Neighbours(
              servers,
              rate,
              Duration.ofSeconds(seconds),
              LEAST_SHARE,
              line -> {
                out.println(line);
                out.flush();
              })
          .oneByOne(only);
    }
    return 0;
  }
}
