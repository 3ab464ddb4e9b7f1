package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.UnreadableWindowException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this worker owns. A new one is read only after its window was recovered from
 * the committed offset's metadata. A partition whose window cannot be recovered stays closed,
 * alone, and is retried periodically.
 */
final class PartitionAssignment implements ConsumerRebalanceListener {
  private static final Logger log = LoggerFactory.getLogger(PartitionAssignment.class);
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration SINGLE_LOOKUP_TIMEOUT = Duration.ofMillis(250);
  private static final Duration RETRY_CLOSED = Duration.ofSeconds(3);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final Consumer<List<PartitionState>> drain;
  private final Health health;
  private final Map<TopicPartition, PartitionState> owned = new HashMap<>();
  private final Set<TopicPartition> recovering = new HashSet<>();
  private final Set<TopicPartition> closed = new HashSet<>();
  private long lastLookupNanos;

  /**
   * Follows a consumer's assignment.
   *
   * @param drain finishes what is in flight in partitions that are about to be revoked; must be
   *     bounded in time
   */
  PartitionAssignment(
      KafkaConsumer<byte[], byte[]> consumer,
      String topic,
      Consumer<List<PartitionState>> drain,
      Health health) {
    this.consumer = consumer;
    this.topic = topic;
    this.drain = drain;
    this.health = health;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    // Looking up offsets may have to wait for a dead worker's transaction. That must not happen in
    // this callback, nor in the consumer, which fails if there is no offset.
    consumer.pause(partitions);
    partitions.forEach(partition -> consumer.seek(partition, 0));
    recovering.addAll(partitions);
    health.working("group");
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    drain.accept(partitions.stream().filter(owned::containsKey).map(owned::get).toList());
    onPartitionsLost(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    recovering.removeAll(partitions);
    closed.removeAll(partitions);
    for (TopicPartition partition : partitions) {
      PartitionState gone = owned.remove(partition);
      if (gone != null) {
        gone.forget();
      }
      health.working(component(partition));
    }
    if (!partitions.isEmpty()) {
      log.info("gave away {} partition(s), {} left", partitions.size(), owned.size());
    }
  }

  /** Opens the partitions whose windows can be recovered now. */
  void recover() {
    if (!closed.isEmpty() && System.nanoTime() - lastLookupNanos >= RETRY_CLOSED.toNanos()) {
      recovering.addAll(closed);
    }
    if (recovering.isEmpty()) {
      return;
    }
    lastLookupNanos = System.nanoTime();
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(recovering, LOOKUP_TIMEOUT);
      Map<TopicPartition, Long> starts = new HashMap<>();
      Map<TopicPartition, Long> ends = new HashMap<>();
      lookUp(starts, ends);
      int before = owned.size();
      for (TopicPartition partition : List.copyOf(recovering)) {
        if (starts.containsKey(partition) && ends.containsKey(partition)) {
          open(
              partition,
              new Place(committed.get(partition), starts.get(partition), ends.get(partition)));
        } else {
          close(partition, "its log cannot be read");
        }
      }
      recovering.clear();
      if (owned.size() > before) {
        log.info("took over {} partition(s), owns {}", owned.size() - before, owned.size());
      }
    } catch (TimeoutException e) {
      log.debug("committed offsets are not available yet", e);
      recovering.removeAll(closed);
    }
  }

  /** One partition without a leader must not keep the others closed. */
  private void lookUp(Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
    try {
      starts.putAll(consumer.beginningOffsets(recovering, LOOKUP_TIMEOUT));
      ends.putAll(consumer.endOffsets(recovering, LOOKUP_TIMEOUT));
    } catch (TimeoutException e) {
      for (TopicPartition partition : recovering) {
        try {
          starts.putAll(consumer.beginningOffsets(Set.of(partition), SINGLE_LOOKUP_TIMEOUT));
          ends.putAll(consumer.endOffsets(Set.of(partition), SINGLE_LOOKUP_TIMEOUT));
        } catch (TimeoutException alone) {
          log.debug("{} cannot be read", partition, alone);
        }
      }
    }
  }

  private void open(TopicPartition partition, Place place) {
    try {
      Place.Recorded recorded = place.recorded();
      OffsetAndMetadata committed = recorded.committed();
      OffsetWindow window = new OffsetWindow(committed.offset(), recorded.runs());
      owned.put(partition, new PartitionState(partition, window, committed));
      consumer.seek(partition, committed.offset());
      consumer.resume(Set.of(partition));
      closed.remove(partition);
      health.working(component(partition));
    } catch (UnreadableWindowException e) {
      close(partition, e.getMessage());
    }
  }

  /** Stops sending from a partition of which it is unknown what was sent. */
  void close(TopicPartition partition, String reason) {
    PartitionState open = owned.remove(partition);
    if (open != null) {
      open.forget();
    }
    closed.add(partition);
    consumer.pause(Set.of(partition));
    health.failing(
        component(partition),
        reason + "; nothing is sent from this partition until it is repaired (sluice window)");
  }

  private static String component(TopicPartition partition) {
    return "window " + partition;
  }

  /** Whether a sender's first lane is in a partition of this worker, even if that is closed. */
  boolean hasFirstLaneOf(String senderId) {
    Set<TopicPartition> assigned = consumer.assignment();
    if (assigned.isEmpty()) {
      return false;
    }
    int partitions = consumer.partitionsFor(topic).size();
    return assigned.contains(
        new TopicPartition(topic, new LaneKey(senderId, 0).partition(partitions)));
  }

  @Nullable PartitionState find(TopicPartition partition) {
    return owned.get(partition);
  }

  List<PartitionState> all() {
    return List.copyOf(owned.values());
  }

  int size() {
    return owned.size();
  }

  /** Forgets everything at once. */
  void abandon() {
    Set<TopicPartition> everything = new HashSet<>(owned.keySet());
    everything.addAll(recovering);
    everything.addAll(closed);
    onPartitionsLost(everything);
  }
}
