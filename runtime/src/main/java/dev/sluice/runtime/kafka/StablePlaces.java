package dev.sluice.runtime.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Tells the places of partitions without waiting for one that cannot be told. */
public interface StablePlaces extends AutoCloseable {
  /**
   * The places of those partitions that can be told now. Left out are partitions with offsets in a
   * transaction that has not ended, and partitions whose logs have no leader.
   *
   * @param atMost how long Kafka may take for each of three requests; after that nothing more is
   *     told
   */
  Map<TopicPartition, Place> read(Collection<TopicPartition> partitions, Duration atMost);

  @Override
  void close();
}
