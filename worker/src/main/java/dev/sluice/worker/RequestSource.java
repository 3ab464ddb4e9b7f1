package dev.sluice.worker;

import dev.sluice.runtime.kafka.Place;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The source of requests: the worker's membership of its group and the logs of its partitions. The
 * assignment changes within {@link #poll}, which calls the listener.
 */
interface RequestSource {
  /**
   * Reads the available records of the partitions that are not paused, or waits for some.
   *
   * @throws DamagedLogException if those of a partition cannot be read, which has to be paused then
   */
  ConsumerRecords<byte[], byte[]> poll(Duration wait);

  /** Returns the partitions assigned to this worker. */
  Set<TopicPartition> assignment();

  /** Returns the topic's number of partitions. */
  int partitions();

  /** Returns the next offset to be read. */
  long position(TopicPartition partition);

  void seek(TopicPartition partition, long offset);

  void pause(Collection<TopicPartition> partitions);

  void resume(Collection<TopicPartition> partitions);

  /**
   * Returns what the group has committed; a partition without an offset is missing.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException if that is not known in time, for
   *     example because a transaction has not ended yet
   */
  Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration atMost);

  /**
   * Returns what the group has committed, with each log's bounds: partitions with an open
   * transaction, and those without a leader, are missing. Waits for these for a while, so it may be
   * called from any thread.
   */
  Map<TopicPartition, Place> places(Set<TopicPartition> partitions);

  /**
   * Returns these places with what the group's coordinator says was committed; none if it does not
   * answer.
   */
  Map<TopicPartition, Place> confirmed(Map<TopicPartition, Place> places);

  /** Leaves the group. */
  void leave();
}
