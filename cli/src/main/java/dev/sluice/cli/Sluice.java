package dev.sluice.cli;

import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.ShortId;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The {@code sluice} command. */
@Command(
    name = "sluice",
    description =
        "Sends messaging campaigns through Kafka: to each recipient once, at the provider's rate.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      MigrateCommand.class,
      ProducerCommand.class,
      WorkerCommand.class,
      StatusAggregatorCommand.class,
      ConsoleCommand.class,
      WindowCommand.class,
      DeadLettersCommand.class,
      CampaignCommands.class,
      SenderCommands.class,
      SuppressionCommands.class,
      TemplateCommands.class,
      UserCommands.class,
    })
public final class Sluice {
  private Sluice() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    CommandLine sluice = commandLine();
    boolean own = arguments.length > 0 && sluice.getSubcommands().containsKey(arguments[0]);
    System.exit((own ? sluice : complete(sluice)).execute(arguments));
  }

  /**
   * Returns the command with its parsers and error handling: one line, and exit code 2 for bad
   * input.
   */
  public static CommandLine commandLine() {
    return configured(new CommandLine(new Sluice()));
  }

  /**
   * Adds the commands that only some installations have. Roles start sooner without looking for
   * them.
   */
  public static CommandLine complete(CommandLine sluice) {
    List<Extension> extensions =
        ServiceLoader.load(Extension.class).stream().map(ServiceLoader.Provider::get).toList();
    extensions.forEach(sluice::addSubcommand);
    extensions.forEach(extension -> extension.register(sluice));
    // Last, so that it can complete all others.
    sluice.addSubcommand(new CompletionCommand());
    return configured(sluice);
  }

  // picocli applies settings to the subcommands added so far.
  private static CommandLine configured(CommandLine sluice) {
    return sluice
        .registerConverter(Duration.class, told(Durations::parse))
        .registerConverter(FrequencyCap.class, told(FrequencyCap::parse))
        .registerConverter(ShortId.class, told(ShortId::parse))
        .registerConverter(Instant.class, told(Sluice::time))
        .registerConverter(URI.class, told(Sluice::address))
        // An option handles @FILE itself, as in --message @FILE.
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Sluice::explain)
        .setExecutionExceptionHandler(Sluice::explain);
  }

  /** An additional command, found on the class path. */
  public interface Extension {
    /** Registers the parsers that its options need. */
    default void register(CommandLine sluice) {}
  }

  /**
   * Wraps a converter so that its own error message is shown instead of picocli's, which contains
   * class names.
   */
  public static <T> ITypeConverter<T> told(ITypeConverter<T> converter) {
    return text -> {
      try {
        return converter.convert(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(Reasons.of(e));
      }
    };
  }

  /** Its path may be a secret, so the message does not repeat it. */
  static URI address(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "no URL: " + e.getReason() + " at index " + e.getIndex(), e);
    }
  }

  static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("'" + text + "' is no time like 2027-03-01T09:00:00Z", e);
    }
  }

  private static int explain(CommandLine.ParameterException e, String... arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + Printable.of(Reasons.of(e)) + " (see " + name + " --help)");
    return CommandLine.ExitCode.USAGE;
  }

  private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + Printable.of(Reasons.of(e)));
    return e instanceof IllegalArgumentException
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }
}
