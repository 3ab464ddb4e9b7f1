package dev.sluice.benchmark;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code sluice benchmark} command. */
@Command(
    name = "sluice benchmark",
    description = "Measured comparisons on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RatesCommand.class,
      ChaosCommand.class,
      NeighboursCommand.class,
      HoldingCommand.class,
      ScalingCommand.class,
      OutagesCommand.class,
      ImportCommand.class,
      ReceiptsCommand.class,
      ThrottlingCommand.class,
      TlsCommand.class,
      ClientCommand.class,
      SoakCommand.class,
      SteeringCommand.class
    })
public final class Benchmark {
  private Benchmark() {}

  /** Runs a benchmark and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmark()).execute(arguments));
  }
}
