package dev.sluice.runtime.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Creates Kafka clients that read and write bytes. */
public interface KafkaClients {
  /** Kafka's own clients. */
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
        public StablePlaces places(KafkaConfig kafka) {
          return new AdminPlaces(kafka);
        }
      };

  Consumer<byte[], byte[]> consumer(Map<String, Object> settings);

  Producer<byte[], byte[]> producer(Map<String, Object> settings);

  /** Returns a reader of the workers' places. */
  StablePlaces places(KafkaConfig kafka);

  /** Shows a consumer's own meters. Each client's take a thread. */
  default Meters meters(Consumer<byte[], byte[]> consumer, MeterRegistry registry) {
    return bound(new KafkaClientMetrics(consumer), registry);
  }

  /** Shows a producer's own meters. */
  default Meters meters(Producer<byte[], byte[]> producer, MeterRegistry registry) {
    return bound(new KafkaClientMetrics(producer), registry);
  }

  private static Meters bound(KafkaClientMetrics meters, MeterRegistry registry) {
    meters.bindTo(registry);
    return meters::close;
  }

  /** A client's meters, which are shown until they are closed. */
  interface Meters extends AutoCloseable {
    @Override
    void close();
  }
}
