package dev.sluice.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The settings of one broker of a cluster whose brokers are also its controllers, on the loopback
 * interface.
 *
 * @param data the folder of its logs
 * @param number its number in the cluster, from 1
 * @param port the port for clients
 * @param controllerPorts the controllers' ports, in the order of their numbers
 */
record BrokerSettings(Path data, int number, int port, List<Integer> controllerPorts) {

  /** Returns the replication factor: three, or the number of brokers if there are fewer. */
  int replicas() {
    return Math.min(3, controllerPorts.size());
  }

  Map<String, String> toMap() {
    String replicas = Integer.toString(replicas());
    String inSync = Integer.toString(Math.max(1, replicas() - 1));
    String voters =
        IntStream.rangeClosed(1, controllerPorts.size())
            .mapToObj(voter -> voter + "@localhost:" + controllerPorts.get(voter - 1))
            .collect(Collectors.joining(","));
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(number));
    settings.put("controller.quorum.voters", voters);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
    settings.put(
        "listeners",
        "PLAINTEXT://localhost:"
            + port
            + ",CONTROLLER://localhost:"
            + controllerPorts.get(number - 1));
    settings.put("advertised.listeners", "PLAINTEXT://localhost:" + port);
    settings.put("log.dirs", data.toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("default.replication.factor", replicas);
    settings.put("min.insync.replicas", inSync);
    settings.put("offsets.topic.replication.factor", replicas);
    settings.put("offsets.topic.num.partitions", "8");
    settings.put("transaction.state.log.replication.factor", replicas);
    settings.put("transaction.state.log.min.isr", inSync);
    settings.put("transaction.state.log.num.partitions", "8");
    settings.put("share.coordinator.state.topic.replication.factor", replicas);
    settings.put("share.coordinator.state.topic.min.isr", inSync);
    settings.put("group.initial.rebalance.delay.ms", "0");
    // By default it writes two records a second of its own, which nothing here waits for.
    settings.put("metadata.max.idle.interval.ms", "0");
    // A worker that dies during its commit must not block its successor for another ten seconds.
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    if (controllerPorts.size() == 1) {
      // There is no other broker to fail over to: one that was frozen continues where it was.
      settings.put("broker.session.timeout.ms", "120000");
    }
    return settings;
  }

  /** Returns the id of the cluster that a folder was formatted for. */
  static String clusterId(Path formatted) {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(formatted.resolve("meta.properties"))) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + formatted, e);
    }
    return properties.getProperty("cluster.id");
  }

  /**
   * Formats the folder unless it is formatted.
   *
   * @throws IllegalStateException if it cannot be formatted
   */
  void format(String clusterId) {
    if (Files.exists(data.resolve("meta.properties"))) {
      return;
    }
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new IllegalStateException("cannot create " + data, e);
    }
    Formatter formatter =
        new Formatter()
            .setClusterId(clusterId)
            .setNodeId(number)
            .setControllerListenerName("CONTROLLER")
            .setMetadataLogDirectory(data.toString())
            .addDirectory(data.toString())
            .setReleaseVersion(MetadataVersion.latestProduction())
            .setPrintStream(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    try {
      formatter.run();
    } catch (Exception e) {
      throw new IllegalStateException("cannot format " + data + " for Kafka", e);
    }
  }
}
