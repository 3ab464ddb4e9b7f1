package dev.sluice.benchmark;

import static org.awaitility.Awaitility.await;

import dev.sluice.local.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A simulator in a process of its own, so that its CPU time is not the caller's. */
final class SimulatorJvm implements AutoCloseable {
  private final int port = FreePort.next();
  private final Process process;

  /** Starts one that accepts whatever comes, and answers after this time. */
  SimulatorJvm(Duration latency) throws IOException {
    String time = latency.toMillis() + "ms";
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.sluice.cli.Sluice",
                    "simulator",
                    "--port",
                    Integer.toString(port),
                    "--rate",
                    "1000000",
                    "--latency",
                    time,
                    "--slow-latency",
                    time))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await().atMost(Duration.ofSeconds(30)).until(this::listening);
  }

  private boolean listening() {
    if (!process.isAlive()) {
      throw new IllegalStateException("the simulator ended with " + process.exitValue());
    }
    try (Socket socket = new Socket(InetAddress.getByName("localhost"), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  String url() {
    return "http://localhost:" + port;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
