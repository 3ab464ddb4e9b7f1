package dev.sluice.runtime.kafka;

import dev.sluice.schema.Topics;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * How to reach Kafka.
 *
 * @param bootstrapServers {@code host:port} pairs, separated by commas
 * @param topics the names in use
 * @param overrides laid over every client's settings (TLS, SASL, tuning)
 */
public record KafkaConfig(String bootstrapServers, Topics topics, Map<String, String> overrides) {

  public KafkaConfig {
    overrides = Map.copyOf(overrides);
  }

  /** A configuration with the default names and no overrides. */
  public static KafkaConfig of(String bootstrapServers) {
    return new KafkaConfig(bootstrapServers, new Topics("sluice."), Map.of());
  }

  /** A client's settings: the given ones, with the operator's laid over them. */
  public Map<String, Object> client(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    all.putAll(overrides);
    return all;
  }
}
