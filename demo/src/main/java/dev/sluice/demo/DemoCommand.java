package dev.sluice.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.sluice.cli.InputFile;
import dev.sluice.cli.Sluice;
import dev.sluice.cli.StopSignal;
import dev.sluice.runtime.Closer;
import dev.sluice.schema.Json;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a real campaign through embedded Kafka, PostgreSQL and HTTP. */
@Command(
    name = "demo",
    description =
        "Sends a campaign through embedded Kafka, PostgreSQL and a WhatsApp simulator, and audits"
            + " what came of it.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every recipient is settled, counters equal rows, nobody was sent to twice",
      "1:one of these does not hold, or something failed",
      "2:an option is wrong"
    })
public final class DemoCommand implements Callable<Integer>, Sluice.Extension {
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec;

  @Option(
      names = "--recipients",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_DEMO_RECIPIENTS}",
      description =
          "A CSV file with a column phone and one for each variable (SLUICE_DEMO_RECIPIENTS).")
  private @Nullable Path recipients;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "${env:SLUICE_DEMO_COUNT:-678}",
      description =
          "Made-up recipients, if there is no file (SLUICE_DEMO_COUNT; ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "${env:SLUICE_DEMO_RATE:-80}",
      description =
          "The sender's rate, and the simulator's limit (SLUICE_DEMO_RATE; ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--workers",
      paramLabel = "W",
      defaultValue = "${env:SLUICE_DEMO_WORKERS:-1}",
      description =
          "Workers; the sender then has as many lanes (SLUICE_DEMO_WORKERS; ${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = {"--http-port", "--port"},
      paramLabel = "PORT",
      defaultValue = "${env:SLUICE_HTTP_PORT:-8080}",
      description =
          "The console's port; another one if it is taken (SLUICE_HTTP_PORT; ${DEFAULT-VALUE}).")
  private int port;

  @Option(names = "--json", description = "Print the summary as one JSON line at the end.")
  private boolean json;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  public DemoCommand() {}

  @Override
  public Integer call() throws Exception {
    requireSensible();
    // The demo prints its own progress; show only warnings of others.
    ((Logger) LoggerFactory.getLogger("dev.sluice")).setLevel(Level.WARN);
    PrintWriter out = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    try (StopSignal _ = new StopSignal(Thread.currentThread()::interrupt)) {
      try (Closer closer = new Closer()) {
        Demo demo = new Demo(recipients, count, rate, workers, port);
        boolean terminal = !json && console().map(Console::isTerminal).orElse(false);
        Demo.Outcome outcome = demo.run(closer, out, terminal);
        if (json) {
          spec.commandLine().getOut().println(Json.MAPPER.writeValueAsString(outcome.summary()));
          spec.commandLine().getOut().flush();
        }
        return outcome.faults().isEmpty() ? 0 : 1;
      }
    } catch (InterruptedException e) {
      out.println("Stopped.");
      out.flush();
      return INTERRUPTED;
    }
  }

  private void requireSensible() {
    if (count < 1 || count > 40_000_000) {
      throw new IllegalArgumentException("--count must be between 1 and 40,000,000");
    }
    if (!(rate > 0)) {
      throw new IllegalArgumentException("--rate must be above 0");
    }
    if (workers < 1 || workers > Demo.LANE_PARTITIONS) {
      throw new IllegalArgumentException("--workers must be between 1 and " + Demo.LANE_PARTITIONS);
    }
    if (recipients != null) {
      InputFile.require(recipients);
    }
  }

  private static Optional<Console> console() {
    return Optional.ofNullable(System.console());
  }
}
