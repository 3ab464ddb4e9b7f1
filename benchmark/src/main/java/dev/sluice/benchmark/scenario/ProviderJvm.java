package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.local.FreePort;
import dev.sluice.local.Moments;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A provider in a separate process, so that its CPU time is not counted as the caller's. */
public final class ProviderJvm implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Without the right to take precedence, {@code nice} says so and runs the program anyway. */
  private static final List<String> PRECEDENCE = List.of("nice", "-n", "-10");

  private final int port;
  private final Process process;

  private ProviderJvm(int port, List<String> before, List<String> arguments) throws IOException {
    this.port = port;
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"));
    process =
        new ProcessBuilder(Stream.of(before, java, arguments).flatMap(List::stream).toList())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await().atMost(Duration.ofSeconds(30)).until(this::listening);
  }

  /** Starts the simulator, which accepts every message and responds after this time. */
  public static ProviderJvm simulator(Duration latency) throws IOException {
    String time = latency.toMillis() + "ms";
    int port = FreePort.next();
    return new ProviderJvm(
        port,
        List.of(),
        List.of(
            "dev.sluice.cli.Sluice",
            "simulator",
            "--port",
            Integer.toString(port),
            "--rate",
            "1000000",
            "--latency",
            time,
            "--slow-latency",
            time));
  }

  /** Starts a {@link PlainProvider} that responds after this time. */
  static ProviderJvm plain(Duration latency) throws IOException {
    return plain(latency, List.of());
  }

  /**
   * Starts a {@link PlainProvider} that takes precedence over all other processes, so that it notes
   * when messages arrive and not when it gets to run, as a machine of its own would.
   */
  static ProviderJvm plainFirst(Duration latency) throws IOException {
    return plain(latency, PRECEDENCE);
  }

  private static ProviderJvm plain(Duration latency, List<String> before) throws IOException {
    int port = FreePort.next();
    return new ProviderJvm(
        port,
        before,
        List.of(
            PlainProvider.class.getName(),
            Integer.toString(port),
            Long.toString(latency.toMillis())));
  }

  private boolean listening() {
    if (!process.isAlive()) {
      throw new IllegalStateException("the provider ended with " + process.exitValue());
    }
    try (Socket socket = new Socket(InetAddress.getByName("localhost"), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns its address. */
  public String url() {
    return "http://localhost:" + port;
  }

  /** Returns how many messages have arrived at a plain provider. */
  int count() throws IOException, InterruptedException {
    return Integer.parseInt(ask("/count"));
  }

  /** Returns when messages arrived at a plain provider. */
  Moments arrivals() throws IOException, InterruptedException {
    return Moments.of(ask("/arrivals"));
  }

  /** Returns when they were written, by workers that say so. */
  Moments writes() throws IOException, InterruptedException {
    return Moments.of(ask("/writes"));
  }

  private String ask(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path)).build();
    return HTTP.send(request, BodyHandlers.ofString()).body();
  }

  /** Returns the CPU time used so far. */
  Duration cpuTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
