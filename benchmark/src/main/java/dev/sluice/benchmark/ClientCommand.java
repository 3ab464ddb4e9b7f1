package dev.sluice.benchmark;

import dev.sluice.benchmark.scenario.ClientLoad;
import dev.sluice.benchmark.scenario.JdkProvider;
import dev.sluice.benchmark.scenario.ProviderJvm;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import dev.sluice.schema.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the cost of a call to the provider, compared with the JDK's own client. */
@Command(
    name = "client",
    description =
        "Calls a simulator in another process with the JDK's HTTP client and with the workers' by"
            + " turns, and compares the CPU time of a call.",
    mixinStandardHelpOptions = true)
final class ClientCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--in-flight",
      paramLabel = "CALLS",
      defaultValue = "${env:SLUICE_BENCHMARK_IN_FLIGHT:-512}",
      description = "Calls at a time (SLUICE_BENCHMARK_IN_FLIGHT; ${DEFAULT-VALUE}).")
  private int inFlight;

  @Option(
      names = "--latency",
      paramLabel = "MS",
      defaultValue = "${env:SLUICE_BENCHMARK_LATENCY:-50}",
      description =
          "After how long the simulator answers (SLUICE_BENCHMARK_LATENCY; ${DEFAULT-VALUE}).")
  private long latencyMillis;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "${env:SLUICE_BENCHMARK_SECONDS:-10}",
      description = "How long a turn takes (SLUICE_BENCHMARK_SECONDS; ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--turns",
      paramLabel = "TURNS",
      defaultValue = "${env:SLUICE_BENCHMARK_TURNS:-3}",
      description =
          "Turns of each that count; one before them does not (SLUICE_BENCHMARK_TURNS;"
              + " ${DEFAULT-VALUE}).")
  private int turns;

  @Option(names = "--json", description = "Print one line of JSON at the end.")
  private boolean json;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ClientCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (ProviderJvm simulator = ProviderJvm.simulator(Duration.ofMillis(latencyMillis))) {
      WhatsAppConfig config =
          WhatsAppConfig.of(simulator.url(), WhatsAppConfig.DEFAULT_API_VERSION, "benchmark");
      try (MessageProvider jdk = new JdkProvider(config);
          MessageProvider workers = new WhatsAppProvider(config, inFlight)) {
        ClientLoad before = new ClientLoad(jdk, inFlight);
        ClientLoad after = new ClientLoad(workers, inFlight);
        Duration turn = Duration.ofSeconds(seconds);
        before.run(turn);
        after.run(turn);
        ClientLoad.Cost jdkCost = ClientLoad.Cost.NONE;
        ClientLoad.Cost workersCost = ClientLoad.Cost.NONE;
        for (int i = 0; i < turns; i++) {
          jdkCost = jdkCost.plus(before.run(turn));
          workersCost = workersCost.plus(after.run(turn));
        }
        print(out, "the JDK's client", jdkCost);
        print(out, "the workers'", workersCost);
        double ratio = jdkCost.cpuMicros() / workersCost.cpuMicros();
        out.printf(Locale.ROOT, "a call costs the JDK's client %.1f times as much%n", ratio);
        if (json) {
          out.println(
              Json.MAPPER.writeValueAsString(
                  Map.of(
                      "jdkMicros", jdkCost.cpuMicros(),
                      "workersMicros", workersCost.cpuMicros(),
                      "ratio", ratio)));
        }
        out.flush();
      }
    }
    return 0;
  }

  private static void print(PrintWriter out, String name, ClientLoad.Cost cost) {
    out.printf(
        Locale.ROOT,
        "%-20s %6.1f µs of CPU a call %8.0f calls/s%n",
        name,
        cost.cpuMicros(),
        cost.perSecond());
    out.flush();
  }
}
