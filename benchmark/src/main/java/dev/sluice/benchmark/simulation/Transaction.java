package dev.sluice.benchmark.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A transaction: open, then decided, then complete, when its end becomes visible to readers. */
final class Transaction {
  private final List<Written> written = new ArrayList<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
  private boolean decided;
  private boolean commit;
  private boolean complete;

  /** A record of the transaction. */
  record Written(TopicPartition partition, long offset) {}

  List<Written> written() {
    return written;
  }

  Map<TopicPartition, OffsetAndMetadata> offsets() {
    return offsets;
  }

  void decide(boolean toCommit) {
    decided = true;
    commit = toCommit;
  }

  boolean decided() {
    return decided;
  }

  boolean decidedToCommit() {
    return decided && commit;
  }

  void complete() {
    complete = true;
  }

  boolean completed() {
    return complete;
  }
}
