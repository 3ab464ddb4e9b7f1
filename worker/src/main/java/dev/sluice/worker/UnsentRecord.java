package dev.sluice.worker;

import dev.sluice.schema.ReturnedRequest;
import dev.sluice.worker.Dispatcher.Finished;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A record that will be done without being sent, as soon as the window allows. */
sealed interface UnsentRecord {
  PartitionState partition();

  long offset();

  /** Returns the record's size. */
  int bytes();

  /** A request to be returned or dropped. */
  record Held(SendTask task) implements UnsentRecord {
    @Override
    public PartitionState partition() {
      return task.partition();
    }

    @Override
    public long offset() {
      return task.offset();
    }

    @Override
    public int bytes() {
      return task.bytes();
    }
  }

  /**
   * A request to be returned although it may be sent, because its lane is too slow or it is too
   * old.
   *
   * @param full its lane, if nothing is to be written to it for a while, or null
   */
  record Returned(SendTask task, ReturnedRequest.@Nullable FullLane full) implements UnsentRecord {
    @Override
    public PartitionState partition() {
      return task.partition();
    }

    @Override
    public long offset() {
      return task.offset();
    }

    @Override
    public int bytes() {
      return task.bytes();
    }
  }

  /** A request that the last owner declared started without publishing an outcome. */
  record InDoubt(Finished finished) implements UnsentRecord {
    @Override
    public PartitionState partition() {
      return finished.task().partition();
    }

    @Override
    public long offset() {
      return finished.task().offset();
    }

    @Override
    public int bytes() {
      return finished.task().bytes();
    }
  }

  /** The reason why a record is a dead letter. */
  enum Cause {
    /** It cannot be read as a request. */
    UNREADABLE,
    /** Its key is not the request's lane. */
    LANE,
    /** It is due more than a week ahead. */
    TIME
  }

  /** A record that cannot be sent as a request. */
  record Unreadable(
      PartitionState partition, ConsumerRecord<byte[], byte[]> record, Cause cause, String reason)
      implements UnsentRecord {
    @Override
    public long offset() {
      return record.offset();
    }

    @Override
    public int bytes() {
      return RequestReader.size(record);
    }
  }
}
