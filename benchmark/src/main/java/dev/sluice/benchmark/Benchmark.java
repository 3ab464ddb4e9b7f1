package dev.sluice.benchmark;

import dev.sluice.cli.Sluice;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** The {@code sluice benchmark} command. */
@Command(
    name = "benchmark",
    description = "Measured comparisons on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ListCommand.class,
      RunCommand.class,
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
      OneWorkerCommand.class,
      SimulateCommand.class,
      SoakCommand.class,
      SteeringCommand.class
    })
public final class Benchmark implements Sluice.Extension {
  /** Runs a benchmark and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Sluice.main(Stream.concat(Stream.of("benchmark"), Stream.of(arguments)).toArray(String[]::new));
  }
}
