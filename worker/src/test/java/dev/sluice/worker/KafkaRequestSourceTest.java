package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class KafkaRequestSourceTest {
  private final KafkaConfig kafka = TestEnvironment.topics(2);
  private final TopicPartition owned = new TopicPartition(kafka.topics().sendRequests(), 0);
  private final TopicPartition taken = new TopicPartition(kafka.topics().sendRequests(), 1);

  @Test
  void aPartitionThatIsTakenOverIsReadBeforeTheBacklogOfTheOthers() throws Exception {
    write(owned, 10_000);
    write(taken, 1);
    try (Consumer<byte[], byte[]> consumer =
        KafkaRequestSource.consumer(WorkerConfig.of(kafka, "w1"))) {
      consumer.assign(List.of(owned));
      consumer.seek(owned, 0);
      while (poll(consumer).isEmpty()) {
        assertThat(consumer.position(owned)).isZero();
      }

      consumer.assign(List.of(owned, taken));
      consumer.seek(taken, 0);
      int read = 0;
      for (var records = poll(consumer);
          records.records(taken).isEmpty();
          records = poll(consumer)) {
        read += records.count();
      }

      assertThat(read).isLessThan(2_000);
    }
  }

  private static ConsumerRecords<byte[], byte[]> poll(Consumer<byte[], byte[]> consumer) {
    return consumer.poll(Duration.ofSeconds(1));
  }

  private void write(TopicPartition partition, int count) throws Exception {
    Random random = new Random(1);
    List<Future<?>> written = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        byte[] value = new byte[100];
        random.nextBytes(value);
        written.add(
            producer.send(
                new ProducerRecord<>(partition.topic(), partition.partition(), null, value)));
      }
      for (Future<?> one : written) {
        one.get();
      }
    }
  }
}
