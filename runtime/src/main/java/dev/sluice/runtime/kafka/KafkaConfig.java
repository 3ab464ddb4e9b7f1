package dev.sluice.runtime.kafka;

import dev.sluice.schema.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * How to reach Kafka.
 *
 * @param bootstrapServers {@code host:port} pairs, separated by commas
 * @param topics the names in use
 * @param overrides laid over every client's settings (TLS, SASL, tuning)
 * @param clients creates consumers and producers
 */
public record KafkaConfig(
    String bootstrapServers, Topics topics, Map<String, String> overrides, KafkaClients clients) {

  /**
   * The age at which clients look anew how many partitions there are. Requests that were written by
   * an old number are sent beside those that were not.
   */
  public static final Duration PARTITIONS_EXPIRE = Duration.ofSeconds(10);

  public KafkaConfig {
    overrides = Map.copyOf(overrides);
  }

  /** A configuration for Kafka's own clients. */
  public KafkaConfig(String bootstrapServers, Topics topics, Map<String, String> overrides) {
    this(bootstrapServers, topics, overrides, KafkaClients.REAL);
  }

  /** A configuration with the default names and no overrides. */
  public static KafkaConfig of(String bootstrapServers) {
    return new KafkaConfig(bootstrapServers, new Topics("sluice."), Map.of());
  }

  /** A client's settings: the given ones, with the operator's laid over them. */
  public Map<String, Object> client(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, PARTITIONS_EXPIRE.toMillis());
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    all.putAll(overrides);
    return all;
  }

  /** A consumer with these settings and the operator's. */
  public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    return clients.consumer(client(settings));
  }

  /** A producer with these settings and the operator's. */
  public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
    return clients.producer(client(settings));
  }
}
