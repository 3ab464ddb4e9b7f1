package dev.sluice.worker;

import static java.util.Map.entry;

import dev.sluice.runtime.kafka.DamagedRecord;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.StablePlaces;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads requests with a Kafka consumer. */
final class KafkaRequestSource implements RequestSource {
  /** The most that is fetched of a partition at a time, bytes, unless one batch is larger. */
  static final int MOST_FETCHED = 64 * 1024;

  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final StablePlaces places;
  private final String topic;

  KafkaRequestSource(Consumer<byte[], byte[]> consumer, StablePlaces places, String topic) {
    this.consumer = consumer;
    this.places = places;
    this.topic = topic;
  }

  /** Creates the consumer of a worker, without partitions. */
  static Consumer<byte[], byte[]> consumer(WorkerConfig config) {
    return config
        .kafka()
        .consumer(
            Map.ofEntries(
                entry(ConsumerConfig.GROUP_ID_CONFIG, config.kafka().topics().workerGroup()),
                entry(ConsumerConfig.CLIENT_ID_CONFIG, config.instance()),
                entry(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    CooperativeStickyAssignor.class.getName()),
                // With the classic protocol the client chooses how soon its death is noticed.
                entry(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000),
                // With their next heartbeat members learn that one has left or come. Lanes that
                // move are silent until the last has learnt it.
                entry(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 200),
                // A partition that is taken over is fetched only once the broker has answered the
                // fetch of the others.
                entry(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50),
                // Fetched records are read partition by partition, so a partition that is taken
                // over waits until all that was fetched of the others has been read.
                entry(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MOST_FETCHED),
                entry(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 60_000),
                // All records of one poll are in memory at once, and they may be large.
                entry(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 100),
                entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
                // A missing offset must not be guessed: some requests may have been sent.
                entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"),
                entry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")));
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    try {
      return consumer.poll(wait);
    } catch (KafkaException e) {
      DamagedRecord damaged = DamagedRecord.of(e, consumer);
      if (damaged == null) {
        throw e;
      }
      // So that it is fetched anew when it is tried again.
      DamagedRecord.dropFetched(consumer, consumer::poll, damaged.partition());
      throw new DamagedLogException(damaged.partition(), damaged.reason(), e);
    }
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
    return places.read(partitions, LOOKUP_TIMEOUT);
  }

  @Override
  public Map<TopicPartition, Place> confirmed(Map<TopicPartition, Place> told) {
    if (told.isEmpty()) {
      return told;
    }
    // Asks the coordinator that made the assignment; another broker may still consider itself the
    // coordinator.
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(told.keySet(), LOOKUP_TIMEOUT);
      Map<TopicPartition, Place> known = new HashMap<>();
      told.forEach((partition, place) ->
          known.put(partition, new Place(committed.get(partition), place.start(), place.end())));
      return known;
    } catch (TimeoutException e) {
      return Map.of();
    }
  }

  @Override
  public void leave() {
    consumer.unsubscribe();
  }
}
