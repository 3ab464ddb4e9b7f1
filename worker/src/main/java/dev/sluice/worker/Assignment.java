package dev.sluice.worker;

import dev.sluice.schema.Health;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.ArrayList;
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
 * the committed offset's metadata; one whose window cannot be read stays closed, alone.
 */
final class Assignment implements ConsumerRebalanceListener {
  private static final Logger log = LoggerFactory.getLogger(Assignment.class);
  private static final Duration LOOK_UP = Duration.ofSeconds(1);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Consumer<List<OwnedPartition>> giveAway;
  private final Health health;
  private final Map<TopicPartition, OwnedPartition> owned = new HashMap<>();
  private final Set<TopicPartition> recovering = new HashSet<>();

  /**
   * Follows a consumer's assignment.
   *
   * @param giveAway finishes what is in flight in partitions that are about to be taken away; must
   *     be bounded in time
   */
  Assignment(
      KafkaConsumer<byte[], byte[]> consumer,
      Consumer<List<OwnedPartition>> giveAway,
      Health health) {
    this.consumer = consumer;
    this.giveAway = giveAway;
    this.health = health;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    // Looking offsets up may have to wait for a dead worker's transaction: not in this callback.
    consumer.pause(partitions);
    recovering.addAll(partitions);
    health.working("group");
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    giveAway.accept(partitions.stream().filter(owned::containsKey).map(owned::get).toList());
    onPartitionsLost(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    recovering.removeAll(partitions);
    for (TopicPartition partition : partitions) {
      OwnedPartition gone = owned.remove(partition);
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
    if (recovering.isEmpty()) {
      return;
    }
    try {
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(recovering, LOOK_UP);
      List<TopicPartition> opened = new ArrayList<>();
      for (TopicPartition partition : recovering) {
        if (open(partition, committed.get(partition))) {
          opened.add(partition);
        }
      }
      consumer.resume(opened);
      recovering.clear();
      log.info("took over {} partition(s), owns {}", opened.size(), owned.size());
    } catch (TimeoutException e) {
      log.debug("committed offsets are not known yet", e);
    }
  }

  private boolean open(TopicPartition partition, @Nullable OffsetAndMetadata committed) {
    if (committed == null) {
      long start = consumer.position(partition, LOOK_UP);
      OffsetAndMetadata none = new OffsetAndMetadata(start, WindowCodec.encode(List.of()));
      owned.put(partition, new OwnedPartition(partition, new OffsetWindow(start, List.of()), none));
      return true;
    }
    try {
      OffsetWindow window =
          new OffsetWindow(committed.offset(), WindowCodec.decode(committed.metadata()));
      owned.put(partition, new OwnedPartition(partition, window, committed));
      consumer.seek(partition, committed.offset());
      return true;
    } catch (UnreadableWindowException e) {
      health.failing(
          component(partition),
          e.getMessage()
              + "; nothing is sent from this partition until it is repaired (sluice window)");
      return false;
    }
  }

  private static String component(TopicPartition partition) {
    return "window " + partition;
  }

  @Nullable OwnedPartition find(TopicPartition partition) {
    return owned.get(partition);
  }

  List<OwnedPartition> all() {
    return List.copyOf(owned.values());
  }

  int size() {
    return owned.size();
  }

  /** Forgets everything at once. */
  void abandon() {
    onPartitionsLost(List.copyOf(owned.keySet()));
  }
}
