package dev.sluice.benchmark.scenario;

import dev.sluice.runtime.kafka.KafkaConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Creates Kafka producers with the services' settings. */
final class BareProducer {
  private BareProducer() {}

  static KafkaProducer<byte[], byte[]> open(KafkaConfig kafka, Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    return new KafkaProducer<>(
        kafka.client(settings), new ByteArraySerializer(), new ByteArraySerializer());
  }
}
