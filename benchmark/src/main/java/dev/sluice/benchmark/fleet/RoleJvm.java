package dev.sluice.benchmark.fleet;

import dev.sluice.local.FreePort;
import dev.sluice.local.ProcessSignals;
import dev.sluice.local.TestEnvironment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A role as a separate process, started by the real command line, to be killed or measured. */
public final class RoleJvm implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String name;
  private final Process process;
  private final int httpPort = FreePort.next();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();

  /**
   * Starts a role.
   *
   * @param name the role and a number, like {@code worker 1}
   * @param variables those besides those with addresses; {@code SLUICE_JAVA_OPTIONS} works as with
   *     the launcher
   */
  public RoleJvm(
      TestEnvironment environment, String providerUrl, String name, Map<String, String> variables)
      throws IOException {
    this.name = name;
    // Roles that are soon killed do not benefit from the optimizing compiler; a console that
    // imports does.
    boolean console = name.startsWith("console");
    String compiler = console ? "4" : "1";
    List<String> command =
        Stream.of(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    console ? "-Xmx256m" : "-Xmx192m",
                    "-XX:TieredStopAtLevel=" + compiler,
                    "-XX:+ExitOnOutOfMemoryError",
                    "-Djdk.virtualThreadScheduler.parallelism=16",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow"),
                ClassArchive.options().stream(),
                Stream.of(variables.getOrDefault("SLUICE_JAVA_OPTIONS", "").split(" "))
                    .filter(option -> !option.isEmpty()),
                Stream.of(
                    "-cp",
                    ClassArchive.CLASS_PATH,
                    "dev.sluice.cli.Sluice",
                    name.split(" ", 2)[0],
                    "--http-port",
                    Integer.toString(httpPort)))
            .flatMap(part -> part)
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "SLUICE_KAFKA_BOOTSTRAP_SERVERS", environment.kafka().bootstrapServers(),
                "SLUICE_TOPIC_PREFIX", environment.kafka().topics().prefix(),
                "SLUICE_DATABASE_URL", environment.database().url(),
                "SLUICE_DATABASE_USER", environment.database().user(),
                "SLUICE_WORKER_INSTANCE", instance(name),
                "WHATSAPP_BASE_URL", providerUrl,
                "WHATSAPP_ACCESS_TOKEN", "test-token",
                "SLUICE_LOG_LEVEL", "WARN"));
    if (environment.database().password() != null) {
      builder.environment().put("SLUICE_DATABASE_PASSWORD", environment.database().password());
    }
    builder.environment().putAll(variables);
    process = builder.start();
    // Not a virtual thread: reading a pipe pins its carrier, and a few of them starved the
    // simulator in this process.
    Thread.ofPlatform().daemon().name("log of " + name).start(this::readLog);
  }

  /** Returns the name under which a worker is known to Kafka. */
  public static String instance(String name) {
    return name.replace(' ', '-');
  }

  private void readLog() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
        System.err.println(name + " | " + line);
      }
    } catch (IOException e) {
      log.add("the log ended: " + e.getMessage());
    }
  }

  /** Returns the CPU time used so far. */
  public Duration cpuTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Returns what it has logged so far: warnings and errors. */
  public List<String> log() {
    return new ArrayList<>(log);
  }

  /** Returns the response of {@code /health/ready}, or an empty text if there is none. */
  public String health() throws InterruptedException {
    return get("/health/ready");
  }

  /** Returns its metrics in Prometheus format. */
  public String metrics() throws InterruptedException {
    return get("/metrics");
  }

  private String get(String path) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + httpPort + path))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return HTTP.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns the URL of its health endpoint, which is also that of a console's page. */
  public String url() {
    return "http://localhost:" + httpPort;
  }

  /** Returns the sum of a metric over its values that have all these tags; 0 if there is none. */
  public double metric(String name, String... tags) throws InterruptedException {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> Stream.of(tags).allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Returns the committed heap, MiB, which is the most it has used. */
  public double heapMiB() throws InterruptedException {
    return metrics()
            .lines()
            .filter(line -> line.startsWith("jvm_memory_committed_bytes{area=\"heap\""))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum()
        / (1024 * 1024);
  }

  /** Returns the heap in use after a full collection, bytes. */
  public long liveBytes() throws IOException, InterruptedException {
    Process histogram =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(histogram.getInputStream(), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> line.startsWith("Total"))
          .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", 3)[2]))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Sends SIGKILL: no shutdown hook runs. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /**
   * Sends SIGTERM, as an orchestrator does to stop a container.
   *
   * @return whether it ended in time
   */
  public boolean stop() throws InterruptedException {
    // A process's own destroy() closes its log, which says most while it stops.
    process.toHandle().destroy();
    return process.waitFor(20, TimeUnit.SECONDS);
  }

  /** Sends SIGSTOP: it becomes a zombie that believes it is alive. */
  public void freeze() throws IOException, InterruptedException {
    ProcessSignals.freeze(process);
  }

  /** Sends SIGCONT. */
  public void thaw() throws IOException, InterruptedException {
    ProcessSignals.thaw(process);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
