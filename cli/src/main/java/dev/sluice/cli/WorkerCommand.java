package dev.sluice.cli;

import dev.sluice.providers.http.HttpProvider;
import dev.sluice.providers.http.HttpProviderConfig;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.worker.RetryPolicy;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A worker as a process. */
@Command(
    name = "worker",
    description = "Sends: takes send-requests, calls the provider, writes send-results.",
    mixinStandardHelpOptions = true)
public final class WorkerCommand implements Callable<Integer> {
  static final int PORT = 8082;

  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private WhatsAppOptions whatsApp = new WhatsAppOptions();
  @Mixin private HttpOptions http = new HttpOptions();
  @Mixin private TracingOptions tracing = new TracingOptions();

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      defaultValue = "${env:SLUICE_WORKER_INSTANCE}",
      description =
          "This worker's name, unique among those running; with a lasting one a restarted worker"
              + " takes over from its dead self at once (SLUICE_WORKER_INSTANCE; random).")
  private @Nullable String instance;

  @Option(
      names = "--max-in-flight",
      paramLabel = "MESSAGES",
      defaultValue = "${env:SLUICE_MAX_IN_FLIGHT:-2000}",
      description = "Messages being sent at a time (SLUICE_MAX_IN_FLIGHT; ${DEFAULT-VALUE}).")
  private int maxInFlight;

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_DRAIN:-2500ms}",
      description =
          "How long sends in flight are awaited on a stop or rebalance (SLUICE_DRAIN;"
              + " ${DEFAULT-VALUE}).")
  private Duration drain = Duration.ZERO;

  @Option(
      names = "--http-provider",
      split = ",",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_HTTP_PROVIDERS}",
      description =
          "Files that describe other providers: URL, headers, body, success and retry statuses"
              + " (SLUICE_HTTP_PROVIDERS; none).")
  private @Nullable List<Path> httpProviders;

  @Option(
      names = "--write-times",
      defaultValue = "${env:SLUICE_WRITE_TIMES:-false}",
      fallbackValue = "true",
      description =
          "Each message says when it was written, in a header, for benchmarks; never for a real"
              + " provider (SLUICE_WRITE_TIMES; ${DEFAULT-VALUE}).")
  private boolean writeTimes;

  @Override
  public Integer call() throws Exception {
    List<HttpProviderConfig> others =
        httpProviders == null
            ? List.of()
            : httpProviders.stream().map(HttpProviderConfig::read).toList();
    // A worker that uses only other providers needs no token for WhatsApp.
    Optional<WhatsAppConfig> provider =
        others.isEmpty() ? Optional.of(whatsApp.config()) : whatsApp.find();
    WorkerConfig config =
        new WorkerConfig(
            kafka.config(),
            instance == null ? UUID.randomUUID().toString() : instance,
            maxInFlight,
            drain,
            RetryPolicy.DEFAULT);
    return RoleProcess.run(
        "worker",
        process -> {
          process.serveHealth(http, PORT);
          Traces traces = process.register(tracing.start("worker"));
          process.register(
              new Worker(
                  config.withTraces(traces),
                  providers(provider, others, maxInFlight, writeTimes),
                  process.health(),
                  process.meters()));
        });
  }

  public static Map<String, MessageProvider> providers(
      Optional<WhatsAppConfig> whatsApp,
      List<HttpProviderConfig> others,
      int connections,
      boolean writeTimes) {
    Map<String, Supplier<MessageProvider>> openings = new LinkedHashMap<>();
    whatsApp.ifPresent(config ->
        openings.put(
            WhatsAppProvider.NAME, () -> new WhatsAppProvider(config, connections, writeTimes)));
    for (HttpProviderConfig other : others) {
      if (openings.put(other.name(), () -> new HttpProvider(other, connections, writeTimes))
          != null) {
        throw new IllegalArgumentException("two providers are called " + other.name());
      }
    }
    return opened(openings);
  }

  /** Opens all providers, or none of them if one fails. */
  static Map<String, MessageProvider> opened(Map<String, Supplier<MessageProvider>> openings) {
    Map<String, MessageProvider> providers = new HashMap<>();
    Closer closer = new Closer();
    try {
      openings.forEach((name, opening) -> providers.put(name, closer.register(opening.get())));
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
    return providers;
  }
}
