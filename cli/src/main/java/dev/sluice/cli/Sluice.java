package dev.sluice.cli;

import dev.sluice.local.Refusal;
import dev.sluice.local.Trouble;
import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code sluice} command. */
@Command(
    name = "sluice",
    description =
        "Sends messaging campaigns through Kafka: to each recipient once, at the provider's rate.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      LocalCommand.class,
      MigrateCommand.class,
      ProducerCommand.class,
      WorkerCommand.class,
      StatusAggregatorCommand.class,
      ConsoleCommand.class,
      SimulatorCommand.class,
      WindowCommand.class,
      DeadLettersCommand.class,
      CampaignCommands.class,
      SenderCommands.class,
      SuppressionCommands.class,
    })
public final class Sluice {
  private Sluice() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /**
   * The command with its parsers and the way it tells errors: one line, exit code 2 for bad input.
   */
  public static CommandLine commandLine() {
    return new CommandLine(new Sluice())
        .registerConverter(Duration.class, Durations::parse)
        .registerConverter(Refusal.class, Refusal::parse)
        .registerConverter(Trouble.class, Trouble::parse)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Sluice::explain)
        .setExecutionExceptionHandler(Sluice::explain);
  }

  private static int explain(CommandLine.ParameterException e, String... arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + e.getMessage() + " (see " + name + " --help)");
    return CommandLine.ExitCode.USAGE;
  }

  private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    command.getErr().println(name + ": " + reason);
    return e instanceof IllegalArgumentException
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }
}
