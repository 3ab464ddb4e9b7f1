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
 * @param overrides settings that override those of every client (TLS, SASL, tuning)
 * @param clients creates consumers and producers
 */
public record KafkaConfig(
    String bootstrapServers, Topics topics, Map<String, String> overrides, KafkaClients clients) {

  /**
   * The age at which clients refresh the number of partitions. Until then a client may still write
   * requests by the old number while others write by the new one.
   */
  public static final Duration PARTITIONS_EXPIRE = Duration.ofSeconds(10);

  public KafkaConfig {
    overrides = Map.copyOf(overrides);
  }

  /** Creates a configuration for Kafka's own clients. */
  public KafkaConfig(String bootstrapServers, Topics topics, Map<String, String> overrides) {
    this(bootstrapServers, topics, overrides, KafkaClients.REAL);
  }

  /** Returns a configuration with the default names and no overrides. */
  public static KafkaConfig of(String bootstrapServers) {
    return new KafkaConfig(bootstrapServers, new Topics("sluice."), Map.of());
  }

  /** Returns a client's settings: the given ones, overridden by the operator's. */
  public Map<String, Object> client(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, PARTITIONS_EXPIRE.toMillis());
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    all.putAll(overrides);
    return all;
  }

  /** Creates a consumer with these settings and the operator's. */
  public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    return clients.consumer(client(settings));
  }

  /** Creates a producer with these settings and the operator's. */
  public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
    return clients.producer(client(settings));
  }
}
