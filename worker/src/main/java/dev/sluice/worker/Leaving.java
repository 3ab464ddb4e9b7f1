package dev.sluice.worker;

import dev.sluice.worker.Launcher.Finished;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record that leaves its partition without being sent, as soon as the window allows that. */
sealed interface Leaving {
  OwnedPartition partition();

  long offset();

  /** Of what it keeps in memory. */
  default int bytes() {
    return 0;
  }

  /** A request that people or an outage hold back. */
  record Held(Job job) implements Leaving {
    @Override
    public OwnedPartition partition() {
      return job.partition();
    }

    @Override
    public long offset() {
      return job.offset();
    }
  }

  /** A request that a last owner declared started and published no outcome of. */
  record InDoubt(Finished finished) implements Leaving {
    @Override
    public OwnedPartition partition() {
      return finished.job().partition();
    }

    @Override
    public long offset() {
      return finished.job().offset();
    }
  }

  /** A record that is no request. */
  record Unreadable(OwnedPartition partition, ConsumerRecord<byte[], byte[]> record, String reason)
      implements Leaving {
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
