package dev.sluice.local;

import dev.sluice.runtime.Closer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/**
 * Brokers as separate processes, each also a controller, so that one of them can be killed. With
 * three brokers, all data is replicated three times and acknowledged once two have it.
 */
public final class KafkaCluster implements AutoCloseable {
  private final Closer closer = new Closer();
  private final TemporaryFolder folder = closer.register(new TemporaryFolder("kafka-cluster"));
  private final List<BrokerSettings> brokers = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private final List<String> javaOptions;

  /**
   * Starts the given number of brokers; clients may have to wait a few seconds for them.
   *
   * @param javaOptions options for their JVMs, in addition to those for a quick start
   */
  KafkaCluster(int count, List<String> javaOptions) {
    this.javaOptions = javaOptions;
    closer.register(this::killAll);
    try {
      launchAll(count);
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  private void launchAll(int count) {
    String clusterId = Uuid.randomUuid().toString();
    List<Integer> controllerPorts =
        Stream.generate(FreePort::next).distinct().limit(count).toList();
    for (int number = 1; number <= count; number++) {
      Path data = folder.path().resolve("broker-" + number);
      BrokerSettings broker = new BrokerSettings(data, number, FreePort.next(), controllerPorts);
      broker.format(clusterId);
      brokers.add(broker);
      processes.add(launch(broker));
    }
  }

  private Process launch(BrokerSettings broker) {
    Path file = folder.path().resolve("broker-" + broker.number() + ".properties");
    Properties properties = new Properties();
    properties.putAll(broker.toMap());
    try {
      try (var writer = Files.newBufferedWriter(file)) {
        properties.store(writer, null);
      }
      return new ProcessBuilder(
              Stream.of(
                      Stream.of(
                          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                          "-Xmx384m",
                          "-XX:TieredStopAtLevel=1",
                          "--enable-native-access=ALL-UNNAMED",
                          "--sun-misc-unsafe-memory-access=allow"),
                      javaOptions.stream(),
                      Stream.of(
                          "-cp",
                          System.getProperty("java.class.path"),
                          "kafka.Kafka",
                          file.toString()))
                  .<String>flatMap(part -> part)
                  .toList())
          .redirectErrorStream(true)
          .redirectOutput(folder.path().resolve("broker-" + broker.number() + ".log").toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start broker " + broker.number(), e);
    }
  }

  /** Returns {@code host:port} of each broker, for clients. */
  public String bootstrapServers() {
    return brokers.stream()
        .map(broker -> "localhost:" + broker.port())
        .collect(Collectors.joining(","));
  }

  /** Returns the brokers' processes, for measurements. */
  public Stream<ProcessHandle> processes() {
    return processes.stream().map(Process::toHandle);
  }

  /** Returns the replication factor. */
  public int replicas() {
    return brokers.getFirst().replicas();
  }

  /**
   * Sends SIGKILL to a broker.
   *
   * @param number its number, from 1
   */
  public void kill(int number) throws InterruptedException {
    processes.get(number - 1).destroyForcibly().waitFor();
  }

  /** Sends SIGSTOP to all brokers. */
  public void freeze() throws IOException, InterruptedException {
    for (Process process : processes) {
      ProcessSignals.freeze(process);
    }
  }

  /** Sends SIGCONT to all brokers. */
  public void thaw() throws IOException, InterruptedException {
    for (Process process : processes) {
      ProcessSignals.thaw(process);
    }
  }

  /** Sends SIGTERM to a broker, as for a planned restart. */
  public void stop(int number) throws InterruptedException {
    processes.get(number - 1).destroy();
    processes.get(number - 1).waitFor();
  }

  /** Restarts a broker that has ended, on the same port with its data. */
  public void start(int number) {
    processes.set(number - 1, launch(brokers.get(number - 1)));
  }

  private void killAll() {
    processes.forEach(process -> process.destroyForcibly().onExit().join());
  }

  @Override
  public void close() {
    closer.close();
  }
}
