package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Outages;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Takes away what the services depend on and checks how they react. */
@Command(
    name = "outages",
    description =
        "Takes PostgreSQL, the broker, the provider and disk space away in the middle of a"
            + " campaign, and checks that nobody is lost or sent to twice.",
    mixinStandardHelpOptions = true)
final class OutagesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--away",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long each is away (${DEFAULT-VALUE}).")
  private int away;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "80",
      description = "The sender's rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--only",
      paramLabel = "WHAT",
      split = ",",
      description = "Only these go away: ${COMPLETION-CANDIDATES} (all).")
  private List<Outages.Kind> only = List.of(Outages.Kind.values());

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  OutagesCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    // During two of the outages sending continues for a while, so there must be recipients left.
    int recipients = (int) (rate * 60);
    new Outages(
            recipients,
            rate,
            Duration.ofSeconds(away),
            only,
            line -> {
              out.println(line);
              out.flush();
            })
        .run();
    return 0;
  }
}
