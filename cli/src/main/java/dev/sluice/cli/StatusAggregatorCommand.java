package dev.sluice.cli;

import dev.sluice.aggregator.StatusAggregator;
import dev.sluice.aggregator.StatusAggregatorConfig;
import dev.sluice.runtime.tracing.Traces;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The status aggregator as a process. */
@Command(
    name = "status-aggregator",
    description = "Collects send-results and writes rows and counters in one statement a batch.",
    mixinStandardHelpOptions = true)
final class StatusAggregatorCommand implements Callable<Integer> {
  static final int PORT = 8083;

  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private DatabaseOptions database = new DatabaseOptions();
  @Mixin private HttpOptions http = new HttpOptions();
  @Mixin private TracingOptions tracing = new TracingOptions();

  @Option(
      names = "--flush-size",
      paramLabel = "RESULTS",
      defaultValue = "${env:SLUICE_FLUSH_SIZE:-100}",
      description = "Results of a campaign written at once (SLUICE_FLUSH_SIZE; ${DEFAULT-VALUE}).")
  private int flushSize;

  @Option(
      names = "--flush-interval",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_FLUSH_INTERVAL:-10s}",
      description =
          "How long a result waits for others, at most (SLUICE_FLUSH_INTERVAL; ${DEFAULT-VALUE}).")
  private Duration flushInterval = Duration.ZERO;

  @Option(
      names = "--max-pending",
      paramLabel = "RESULTS",
      defaultValue = "${env:SLUICE_MAX_PENDING:-100000}",
      description =
          "Results that may wait while they cannot be written, about 1 KB each; at least twice"
              + " --flush-size (SLUICE_MAX_PENDING; ${DEFAULT-VALUE}).")
  private int maxPending;

  @Override
  public Integer call() throws Exception {
    StatusAggregatorConfig config =
        new StatusAggregatorConfig(
            kafka.config(), database.config(), flushSize, flushInterval, maxPending);
    return RoleProcess.run(
        "status-aggregator",
        process -> {
          process.serveHealth(http, PORT);
          Traces traces = process.register(tracing.start("status-aggregator"));
          process.register(
              new StatusAggregator(config.withTraces(traces), process.health(), process.meters()));
        });
  }
}
