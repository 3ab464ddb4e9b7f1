package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The records that are written to a topic from now on. */
final class Tail implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(200);

  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;

  Tail(KafkaConfig kafka, String topic) {
    this.topic = topic;
    consumer =
        new KafkaConsumer<>(
            kafka.client(Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    // Asks for the ends now rather than with the first poll.
    partitions.forEach(consumer::position);
  }

  /** Waits for this many records of a kind. */
  void await(int count, String what, Predicate<ConsumerRecord<byte[], byte[]>> kind) {
    int found = 0;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (found < count && System.nanoTime() - end < 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (kind.test(record)) {
          found++;
        }
      }
    }
    assertThat(found).as("%s on %s", what, topic).isGreaterThanOrEqualTo(count);
  }

  /** Waits for this many dead letters of a topic whose reason contains a text. */
  void awaitLetters(int count, String origin, String reason) {
    await(
        count,
        "dead letters because of \"" + reason + "\"",
        letter ->
            header(letter, "topic").equals(origin) && header(letter, "reason").contains(reason));
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    var header = letter.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
