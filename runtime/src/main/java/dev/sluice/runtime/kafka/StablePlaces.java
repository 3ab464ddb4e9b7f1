package dev.sluice.runtime.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Reads the places of partitions without waiting for those whose place is not stable. */
public interface StablePlaces extends AutoCloseable {
  /**
   * Returns the places of those partitions whose place is known now. It leaves out partitions with
   * offsets in an open transaction, and partitions whose logs have no leader.
   *
   * @param atMost how long Kafka may take for each of three requests; what is not answered by then
   *     is left out
   */
  Map<TopicPartition, Place> read(Collection<TopicPartition> partitions, Duration atMost);

  @Override
  void close();
}
