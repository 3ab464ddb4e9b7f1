package dev.sluice.worker;

import dev.sluice.worker.Dispatcher.Finished;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record that leaves its partition without being sent, as soon as the window allows that. */
sealed interface UnsentRecord {
  PartitionState partition();

  long offset();

  /** Of what it keeps in memory. */
  default int bytes() {
    return 0;
  }

  /** A request that people or an outage hold back. */
  record Held(SendTask task) implements UnsentRecord {
    @Override
    public PartitionState partition() {
      return task.partition();
    }

    @Override
    public long offset() {
      return task.offset();
    }
  }

  /** A request that a last owner declared started and published no outcome of. */
  record InDoubt(Finished finished) implements UnsentRecord {
    @Override
    public PartitionState partition() {
      return finished.task().partition();
    }

    @Override
    public long offset() {
      return finished.task().offset();
    }
  }

  /** A record that is no request. */
  record Unreadable(PartitionState partition, ConsumerRecord<byte[], byte[]> record, String reason)
      implements UnsentRecord {
    @Override
    public long offset() {
      return record.offset();
    }

    @Override
    public int bytes() {
      return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
    }
  }
}
