package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The clients of Kafka Streams. The one that reads input skips damaged records, each of which would
 * end one stream thread after the other. A damaged changelog still does: without one of its records
 * a campaign might start over.
 */
final class StreamsClients implements KafkaClientSupplier {
  private final SkippedRecords skipped;

  StreamsClients(SkippedRecords skipped) {
    this.skipped = skipped;
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
      private final TolerantPoll<byte[], byte[]> tolerant =
          new TolerantPoll<>(this, super::poll, skipped::add, Ticker.SYSTEM);

      @Override
      public ConsumerRecords<byte[], byte[]> poll(Duration atMost) {
        return tolerant.poll(atMost);
      }
    };
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> settings) {
    return KafkaClients.REAL.consumer(settings);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> settings) {
    return KafkaClients.REAL.consumer(settings);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> settings) {
    return KafkaClients.REAL.producer(settings);
  }

  @Override
  public Admin getAdmin(Map<String, Object> settings) {
    return Admin.create(settings);
  }
}
