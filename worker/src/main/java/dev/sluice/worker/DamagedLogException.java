package dev.sluice.worker;

import org.apache.kafka.common.TopicPartition;

/** Thrown when the next record of a partition cannot be read, nor any after it. */
final class DamagedLogException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient TopicPartition partition;

  DamagedLogException(TopicPartition partition, String reason, Throwable cause) {
    super(reason, cause);
    this.partition = partition;
  }

  TopicPartition partition() {
    return partition;
  }
}
