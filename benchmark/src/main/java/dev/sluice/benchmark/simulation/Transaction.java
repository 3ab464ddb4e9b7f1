package dev.sluice.benchmark.simulation;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A transaction: open, then decided, then complete, when its end becomes visible to readers. */
final class Transaction {
  private final Set<Log> touched = new LinkedHashSet<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
  private boolean decided;
  private boolean commit;
  private boolean complete;

  Set<Log> touched() {
    return touched;
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
