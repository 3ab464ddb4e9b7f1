package dev.sluice.benchmark;

import dev.sluice.schema.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a worker's cost and how exactly it keeps a rate, with only a broker and a provider. */
@Command(
    name = "worker",
    description =
        "Lets one worker send what waits for it, to a provider in another process that takes"
            + " anything, and prints messages/s, the CPU time of a message by process and what the"
            + " provider saw in the worst second.",
    mixinStandardHelpOptions = true)
final class OneWorkerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "${env:SLUICE_BENCHMARK_MESSAGES:-150000}",
      description = "Messages of each campaign (SLUICE_BENCHMARK_MESSAGES; ${DEFAULT-VALUE}).")
  private int messages;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "${env:SLUICE_BENCHMARK_RATE:-1000000}",
      description = "The sender's rate (SLUICE_BENCHMARK_RATE; ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--lanes",
      paramLabel = "LANES",
      defaultValue = "${env:SLUICE_BENCHMARK_LANES:-4}",
      description = "The sender's lanes (SLUICE_BENCHMARK_LANES; ${DEFAULT-VALUE}).")
  private int lanes;

  @Option(
      names = "--latency",
      paramLabel = "MS",
      defaultValue = "${env:SLUICE_BENCHMARK_LATENCY:-0}",
      description =
          "After how long the provider answers (SLUICE_BENCHMARK_LATENCY; ${DEFAULT-VALUE}).")
  private long latencyMillis;

  @Option(
      names = "--campaigns",
      paramLabel = "N",
      defaultValue = "${env:SLUICE_BENCHMARK_CAMPAIGNS:-1}",
      description =
          "Campaigns, each but the last paused after --pause-after; the next begins two seconds"
              + " later (SLUICE_BENCHMARK_CAMPAIGNS; ${DEFAULT-VALUE}).")
  private int campaigns;

  @Option(
      names = "--pause-after",
      paramLabel = "S",
      defaultValue = "${env:SLUICE_BENCHMARK_PAUSE_AFTER:-5}",
      description =
          "After how many seconds campaigns are paused (SLUICE_BENCHMARK_PAUSE_AFTER;"
              + " ${DEFAULT-VALUE}).")
  private int pauseAfter;

  @Option(
      names = "--java-options",
      split = " ",
      paramLabel = "OPTIONS",
      defaultValue = "${env:SLUICE_BENCHMARK_JAVA_OPTIONS:--Xmx512m}",
      description = "The worker's JVM (SLUICE_BENCHMARK_JAVA_OPTIONS; ${DEFAULT-VALUE}).")
  private List<String> javaOptions = List.of();

  @Option(names = "--json", description = "Print one line of JSON at the end.")
  private boolean json;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  OneWorkerCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    OneWorker.Seen seen;
    try (OneWorker worker = new OneWorker(lanes, rate, latencyMillis, javaOptions)) {
      seen = worker.run(messages, campaigns, Duration.ofSeconds(pauseAfter));
    }
    out.printf(
        Locale.ROOT,
        "%.0f messages/s; CPU of a message: worker %.0f µs, broker %.0f µs, provider %.0f µs;"
            + " worst second %d; seconds of CPU before the first message: %.1f%n",
        seen.perSecond(),
        seen.workerMicros(),
        seen.brokerMicros(),
        seen.providerMicros(),
        seen.worstSecond(),
        seen.startSeconds());
    out.printf("messages in each second: %s%n", seen.seconds());
    if (json) {
      out.println(Json.MAPPER.writeValueAsString(seen));
    }
    out.flush();
    return 0;
  }
}
