package dev.sluice.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** A real Kafka broker (KRaft, its own controller) in this process, on the loopback interface. */
public final class EmbeddedKafka implements AutoCloseable {
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
    BrokerSettings settings = new BrokerSettings(data, 1, port, List.of(FreePort.next()));
    settings.format(Uuid.randomUuid().toString());
    server =
        new KafkaRaftServer(new KafkaConfig(change.apply(settings.toMap()), false), Time.SYSTEM);
    server.startup();
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
