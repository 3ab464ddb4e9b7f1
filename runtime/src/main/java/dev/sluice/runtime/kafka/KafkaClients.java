package dev.sluice.runtime.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Creates clients that read and write bytes. */
public interface KafkaClients {
  /** Kafka's own. */
  KafkaClients REAL =
      new KafkaClients() {
        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
          return new KafkaConsumer<>(
              settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
          return new KafkaProducer<>(
              settings, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public PlaceLookup places(KafkaConfig kafka) {
          Admin admin = Admin.create(kafka.client(Map.of()));
          Places places = new Places(kafka);
          return new PlaceLookup() {
            @Override
            public Map<TopicPartition, Place> stable(
                Set<TopicPartition> partitions, Duration atMost) {
              return places.stable(admin, partitions, atMost);
            }

            @Override
            public void close() {
              admin.close(Duration.ZERO);
            }
          };
        }
      };

  Consumer<byte[], byte[]> consumer(Map<String, Object> settings);

  Producer<byte[], byte[]> producer(Map<String, Object> settings);

  /** Looks places up with a client of its own. */
  PlaceLookup places(KafkaConfig kafka);
}
