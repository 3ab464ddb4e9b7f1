package dev.sluice.cli;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Topics;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to reach Kafka. */
final class KafkaOptions {
  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:SLUICE_KAFKA_BOOTSTRAP_SERVERS:-localhost:9092}",
      description = "Kafka's bootstrap servers (SLUICE_KAFKA_BOOTSTRAP_SERVERS; ${DEFAULT-VALUE}).")
  private String bootstrapServers = "";

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_KAFKA_CONFIG}",
      description =
          "A properties file laid over every Kafka client's settings: TLS, SASL, tuning"
              + " (SLUICE_KAFKA_CONFIG).")
  private @Nullable Path overrides;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      defaultValue = "${env:SLUICE_TOPIC_PREFIX:-sluice.}",
      description =
          "Stands before every topic, group and transactional id (SLUICE_TOPIC_PREFIX;"
              + " ${DEFAULT-VALUE}).")
  private String prefix = "";

  KafkaConfig config() {
    return new KafkaConfig(bootstrapServers, new Topics(prefix), read(overrides));
  }

  private static Map<String, String> read(@Nullable Path file) {
    if (file == null) {
      return Map.of();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new IllegalArgumentException("the Kafka settings " + file + " cannot be read", e);
    }
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, properties::getProperty));
  }
}
