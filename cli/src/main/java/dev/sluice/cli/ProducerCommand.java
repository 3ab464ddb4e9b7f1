package dev.sluice.cli;

import dev.sluice.producer.FanOut;
import dev.sluice.producer.FanOutConfig;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.FrequencyCap;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The producer as a process. */
@Command(
    name = "producer",
    description = "Fans campaigns out: reads recipients from PostgreSQL, writes send-requests.",
    mixinStandardHelpOptions = true)
final class ProducerCommand implements Callable<Integer> {
  static final int PORT = 8081;

  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private DatabaseOptions database = new DatabaseOptions();
  @Mixin private HttpOptions http = new HttpOptions();
  @Mixin private TracingOptions tracing = new TracingOptions();

  @Option(
      names = "--page-size",
      paramLabel = "ROWS",
      defaultValue = "${env:SLUICE_PAGE_SIZE:-1000}",
      description =
          "Recipients read at once; for fast senders up to five times as many"
              + " (SLUICE_PAGE_SIZE; ${DEFAULT-VALUE}).")
  private int pageSize;

  @Option(
      names = "--work-ahead",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_WORK_AHEAD:-10s}",
      description = "Work kept queued per lane (SLUICE_WORK_AHEAD; ${DEFAULT-VALUE}).")
  private Duration workAhead = Duration.ZERO;

  @Option(
      names = "--frequency-cap",
      paramLabel = "MESSAGES/DAYS",
      defaultValue = "${env:SLUICE_FREQUENCY_CAP}",
      description =
          "The most messages that a person gets from all senders together, like 5/7 for five within"
              + " seven days; the same for all producers (SLUICE_FREQUENCY_CAP; none).")
  private @Nullable FrequencyCap cap;

  @Override
  public Integer call() throws Exception {
    FanOutConfig config =
        new FanOutConfig(kafka.config(), database.config(), workAhead, pageSize).withCap(cap);
    return RoleProcess.run(
        "producer",
        process -> {
          process.serveHealth(http, PORT);
          Traces traces = process.register(tracing.start("producer"));
          process.register(
              new FanOut(config.withTraces(traces), process.health(), process.meters()));
        });
  }
}
