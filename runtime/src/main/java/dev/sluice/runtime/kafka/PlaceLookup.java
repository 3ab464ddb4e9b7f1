package dev.sluice.runtime.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Tells how far the workers are in partitions of {@code send-requests}. */
public interface PlaceLookup extends AutoCloseable {
  /**
   * The places that can be told now: not those with a transaction that has not ended.
   *
   * @param atMost how long Kafka may take
   */
  Map<TopicPartition, Place> stable(Set<TopicPartition> partitions, Duration atMost);

  @Override
  void close();
}
