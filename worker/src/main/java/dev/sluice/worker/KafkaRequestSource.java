package dev.sluice.worker;

import dev.sluice.runtime.kafka.Place;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests read by a Kafka consumer. */
final class KafkaRequestSource implements RequestSource {
  private static final Logger log = LoggerFactory.getLogger(KafkaRequestSource.class);
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration SINGLE_LOOKUP_TIMEOUT = Duration.ofMillis(250);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;

  KafkaRequestSource(Consumer<byte[], byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.topic = topic;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    return consumer.poll(wait);
  }

  @Override
  public Set<TopicPartition> assignment() {
    return consumer.assignment();
  }

  @Override
  public int partitions() {
    return consumer.partitionsFor(topic).size();
  }

  @Override
  public long position(TopicPartition partition) {
    return consumer.position(partition);
  }

  @Override
  public void seek(TopicPartition partition, long offset) {
    consumer.seek(partition, offset);
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    consumer.pause(partitions);
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    consumer.resume(partitions);
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration atMost) {
    return consumer.committed(partitions, atMost);
  }

  @Override
  public Map<TopicPartition, Place> places(Set<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(partitions, LOOKUP_TIMEOUT);
    Map<TopicPartition, Long> starts = new HashMap<>();
    Map<TopicPartition, Long> ends = new HashMap<>();
    lookUp(partitions, starts, ends);
    Map<TopicPartition, Place> places = new HashMap<>();
    for (TopicPartition partition : partitions) {
      if (starts.containsKey(partition) && ends.containsKey(partition)) {
        places.put(
            partition,
            new Place(committed.get(partition), starts.get(partition), ends.get(partition)));
      }
    }
    return places;
  }

  /** One partition without a leader must not keep the others closed. */
  private void lookUp(
      Set<TopicPartition> partitions,
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> ends) {
    try {
      starts.putAll(consumer.beginningOffsets(partitions, LOOKUP_TIMEOUT));
      ends.putAll(consumer.endOffsets(partitions, LOOKUP_TIMEOUT));
    } catch (TimeoutException e) {
      for (TopicPartition partition : partitions) {
        try {
          starts.putAll(consumer.beginningOffsets(Set.of(partition), SINGLE_LOOKUP_TIMEOUT));
          ends.putAll(consumer.endOffsets(Set.of(partition), SINGLE_LOOKUP_TIMEOUT));
        } catch (TimeoutException alone) {
          log.debug("{} cannot be read", partition, alone);
        }
      }
    }
  }

  @Override
  public void leave() {
    consumer.unsubscribe();
  }
}
