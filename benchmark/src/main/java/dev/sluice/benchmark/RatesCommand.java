package dev.sluice.benchmark;

import dev.sluice.cli.Sluice;
import dev.sluice.schema.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/**
 * Measures how exactly the whole system keeps rates, and this machine's limit, with the demo, which
 * the launcher has on its class path.
 */
@Command(
    name = "rates",
    description =
        "Sends a campaign at each rate through the whole system and prints what the provider saw.",
    mixinStandardHelpOptions = true)
final class RatesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--rates",
      split = ",",
      paramLabel = "MESSAGES/S",
      defaultValue = "${env:SLUICE_BENCHMARK_RATES:-80,250,1000}",
      description = "Rates to try (SLUICE_BENCHMARK_RATES; ${DEFAULT-VALUE}).")
  private List<Integer> rates = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "${env:SLUICE_BENCHMARK_SECONDS:-10}",
      description = "How long each takes (SLUICE_BENCHMARK_SECONDS; ${DEFAULT-VALUE}).")
  private int seconds;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  RatesCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%10s %10s %10s %12s %12s %6s%n",
        "rate", "messages", "seconds", "achieved/s", "max in 1 s", "SQL");
    int worst = 0;
    for (int rate : rates) {
      StringWriter json = new StringWriter();
      int exitCode =
          Sluice.complete(Sluice.commandLine())
              .setOut(new PrintWriter(json, true))
              .execute(
                  "demo",
                  "--json",
                  "--count",
                  Integer.toString(rate * seconds),
                  "--rate",
                  Integer.toString(rate));
      worst = Math.max(worst, exitCode);
      if (exitCode == 0) {
        print(out, rate, Json.MAPPER.readTree(json.toString()));
      }
    }
    return worst;
  }

  private static void print(PrintWriter out, int rate, JsonNode summary) {
    out.printf(
        Locale.ROOT,
        "%10d %10d %10.2f %12.1f %12d %6d%n",
        rate,
        summary.path("recipients").asLong(),
        summary.path("seconds").asDouble(),
        summary.path("messagesPerSecond").asDouble(),
        summary.path("maxInOneSecond").asInt(),
        summary.path("sqlStatements").asLong());
    out.flush();
  }
}
