package dev.sluice.local;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** A real Kafka broker (KRaft, its own controller) in this process, on the loopback interface. */
public final class EmbeddedKafka implements AutoCloseable {
  private final Map<String, String> settings;
  private final KafkaRaftServer server;
  private final int port;

  /**
   * Starts a broker.
   *
   * @param data the folder of its logs; formatted if new, else used as it is
   * @param port the port for clients
   * @throws IllegalStateException if the folder cannot be formatted
   */
  public EmbeddedKafka(Path data, int port) {
    this(data, port, UnaryOperator.identity());
  }

  /** Starts a broker with changed settings. */
  public EmbeddedKafka(Path data, int port, UnaryOperator<Map<String, String>> change) {
    this.port = port;
    BrokerSettings itself = new BrokerSettings(data, 1, port, List.of(FreePort.next()));
    itself.format(Uuid.randomUuid().toString());
    settings = change.apply(itself.toMap());
    server = start(settings);
  }

  /** Starts another broker of the cluster of one that is its only controller. */
  private EmbeddedKafka(EmbeddedKafka first, Path data, int port) {
    this.port = port;
    new BrokerSettings(data, 2, port, List.of())
        .format(BrokerSettings.clusterId(Path.of(first.settings.get("log.dirs"))));
    settings = new HashMap<>(first.settings);
    settings.put("process.roles", "broker");
    settings.put("node.id", "2");
    settings.put("log.dirs", data.toString());
    settings.put("listeners", "PLAINTEXT://localhost:" + port);
    settings.put("advertised.listeners", "PLAINTEXT://localhost:" + port);
    server = start(settings);
  }

  private static KafkaRaftServer start(Map<String, String> settings) {
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (Throwable e) {
      // Its controller may be running. Not awaited, as a part that never started never ends.
      server.shutdown();
      throw e;
    }
    return server;
  }

  /**
   * Starts a second broker of this one's cluster; close it before this one. It keeps what is moved
   * or added to the cluster after its start.
   *
   * @param data the folder of its logs
   * @param otherPort its port for clients
   */
  public EmbeddedKafka startSecond(Path data, int otherPort) {
    return new EmbeddedKafka(this, data, otherPort);
  }

  /** Returns {@code host:port} for clients. */
  public String bootstrapServers() {
    return "localhost:" + port;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
