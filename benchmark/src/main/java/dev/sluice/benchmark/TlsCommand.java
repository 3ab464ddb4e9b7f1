package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.SecureRate;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures one worker with a provider that requires TLS, as real ones do. */
@Command(
    name = "tls",
    description =
        "Sends over TLS with one worker to a provider that takes its time, and checks that nobody"
            + " is in doubt and that 95 %% of the rate are reached.",
    mixinStandardHelpOptions = true)
final class TlsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--recipients",
      paramLabel = "N",
      defaultValue = "9000",
      description = "How many people (${DEFAULT-VALUE}).")
  private int recipients;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "900",
      description = "The sender's rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--answers",
      paramLabel = "MS",
      defaultValue = "200",
      description = "After how many milliseconds the provider answers (${DEFAULT-VALUE}).")
  private int answers;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  TlsCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    new SecureRate(
            recipients,
            rate,
            Duration.ofMillis(answers),
            line -> {
              out.println(line);
              out.flush();
            })
        .run();
    return 0;
  }
}
