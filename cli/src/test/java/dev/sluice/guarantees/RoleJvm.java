package dev.sluice.guarantees;

import dev.sluice.local.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A role as a process of its own, started by the real command line, to be killed. */
final class RoleJvm implements AutoCloseable {
  private final Process process;

  RoleJvm(Sandbox sandbox, String providerUrl, String role, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sluice.cli.Sluice",
                role,
                "--http-port",
                "0"));
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder
        .environment()
        .putAll(
            Map.of(
                "SLUICE_KAFKA_BOOTSTRAP_SERVERS", sandbox.kafka().bootstrapServers(),
                "SLUICE_TOPIC_PREFIX", sandbox.kafka().topics().prefix(),
                "SLUICE_DATABASE_URL", sandbox.database().url(),
                "SLUICE_DATABASE_USER", sandbox.database().user(),
                "WHATSAPP_BASE_URL", providerUrl,
                "WHATSAPP_ACCESS_TOKEN", "test-token",
                "SLUICE_LOG_LEVEL", "WARN"));
    process = builder.start();
  }

  /** SIGKILL: no shutdown hook, no goodbye. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /**
   * SIGTERM, as an orchestrator stops a container.
   *
   * @return whether it ended in time
   */
  boolean stop() throws InterruptedException {
    process.destroy();
    return process.waitFor(20, TimeUnit.SECONDS);
  }

  /** SIGSTOP: a zombie that believes it is alive. */
  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
