package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Log.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of the simulated broker; methods that Sluice does not call are left to Kafka's mock.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // one thread runs at a time
final class SimConsumer extends MockConsumer<byte[], byte[]> {
  private static final int MOST_RECORDS = 1_000;

  private final Kernel kernel;
  private final Broker broker;
  private final Network network;
  private final SimProcess process;
  private final String groupId;
  private final Set<TopicPartition> assignment = new LinkedHashSet<>();
  private final Set<TopicPartition> paused = new HashSet<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private @Nullable ConsumerRebalanceListener listener;
  private Group.@Nullable Member member;
  private int generation = -1;
  private boolean wokenUp;

  SimConsumer(Kernel kernel, Broker broker, Network network, SimProcess process, String groupId) {
    super("none");
    this.kernel = kernel;
    this.broker = broker;
    this.network = network;
    this.process = process;
    this.groupId = groupId;
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener changes) {
    listener = changes;
  }

  @Override
  public void assign(Collection<TopicPartition> partitions) {
    assignment.addAll(partitions);
  }

  @Override
  public void seekToBeginning(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> positions.put(partition, 0L));
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    long deadline = kernel.nowNanos() + wait.toNanos();
    boolean waited = false;
    while (true) {
      if (wokenUp) {
        wokenUp = false;
        throw new WakeupException();
      }
      if (listener != null) {
        followGroup(listener);
      }
      ConsumerRecords<byte[], byte[]> records = fetch();
      boolean over = !records.isEmpty() || kernel.nowNanos() >= deadline;
      if (over && !waited) {
        // Otherwise a loop could go on forever without any time passing.
        network.delay(process);
      }
      if (over) {
        return records;
      }
      awaitChange(deadline);
      waited = true;
    }
  }

  /** Returns what can be read now. */
  ConsumerRecords<byte[], byte[]> pollNow() {
    if (listener != null) {
      followGroup(listener);
    }
    return fetch();
  }

  /** Returns whether it has joined a generation of which it knows nothing yet. */
  boolean joining() {
    Group.Member current = member;
    return current != null
        && broker.group(groupId).has(current)
        && broker.group(groupId).isBehind(current);
  }

  private void awaitChange(long deadline) {
    Fiber self = kernel.running();
    for (TopicPartition partition : assignment) {
      if (!paused.contains(partition)) {
        broker.log(partition).readers().add(self);
      }
    }
    if (listener != null) {
      broker.members().add(self);
    }
    self.waitUntil(deadline);
  }

  private void followGroup(ConsumerRebalanceListener changes) {
    Group group = broker.group(groupId);
    if (member != null && !group.has(member)) {
      // Expelled: other members may own its partitions by now.
      member = null;
      generation = -1;
      Set<TopicPartition> lost = Set.copyOf(assignment);
      assignment.clear();
      if (!lost.isEmpty()) {
        changes.onPartitionsLost(lost);
      }
    }
    Group.Member current = member;
    if (current == null) {
      current = group.join(process);
      member = current;
    }
    group.polled(current, assignment);
    if (group.generation(current) > generation) {
      generation = group.generation(current);
      adopt(changes, group, group.assigned(current));
    }
  }

  private void adopt(ConsumerRebalanceListener changes, Group group, Set<TopicPartition> assigned) {
    List<TopicPartition> revoked = new ArrayList<>(assignment);
    revoked.removeAll(assigned);
    if (!revoked.isEmpty()) {
      changes.onPartitionsRevoked(revoked);
      revoked.forEach(assignment::remove);
      group.rebalance();
    }
    List<TopicPartition> added = new ArrayList<>(assigned);
    added.removeAll(assignment);
    assignment.addAll(added);
    added.forEach(positions::remove);
    added.forEach(paused::remove);
    changes.onPartitionsAssigned(added);
  }

  private ConsumerRecords<byte[], byte[]> fetch() {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new LinkedHashMap<>();
    int room = MOST_RECORDS;
    for (TopicPartition partition : assignment) {
      Long position = positions.get(partition);
      if (position != null && !paused.contains(partition)) {
        Log log = broker.log(partition);
        long end = log.stableEnd();
        for (; position < end && room > 0; position++) {
          Entry entry = log.get(position);
          if (entry.visible()) {
            records
                .computeIfAbsent(partition, any -> new ArrayList<>())
                .add(record(partition, position, entry));
            room--;
          }
        }
        positions.put(partition, position);
      }
    }
    return new ConsumerRecords<>(records, Map.of());
  }

  private static ConsumerRecord<byte[], byte[]> record(
      TopicPartition partition, long offset, Entry entry) {
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        offset,
        entry.timestamp(),
        TimestampType.CREATE_TIME,
        entry.key().length,
        entry.value().length,
        entry.key(),
        entry.value(),
        new ProducerRecord<>(partition.topic(), entry.value()).headers(),
        Optional.empty());
  }

  @Override
  public void unsubscribe() {
    ConsumerRebalanceListener changes = listener;
    if (changes != null) {
      if (!assignment.isEmpty()) {
        changes.onPartitionsRevoked(List.copyOf(assignment));
      }
      assignment.clear();
      listener = null;
    }
    Group.Member current = member;
    if (current != null) {
      broker.group(groupId).leave(current.id());
      member = null;
      generation = -1;
    }
  }

  @Override
  @SuppressWarnings("removal") // there is no other way to create one yet
  public ConsumerGroupMetadata groupMetadata() {
    Group.Member current = member;
    return new ConsumerGroupMetadata(
        groupId, generation, current == null ? "" : current.id(), Optional.empty());
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration atMost) {
    long deadline = kernel.nowNanos() + atMost.toNanos();
    network.call(process, () -> true);
    while (!broker.stable(partitions)) {
      if (kernel.nowNanos() >= deadline) {
        throw new TimeoutException("a transaction has not ended");
      }
      broker.completions().add(kernel.running());
      kernel.running().waitUntil(deadline);
    }
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata offset = broker.committed(partition);
      if (offset != null) {
        committed.put(partition, offset);
      }
    }
    return committed;
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> partitions, Duration atMost) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    partitions.forEach(partition -> offsets.put(partition, 0L));
    return offsets;
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(
      Collection<TopicPartition> partitions, Duration atMost) {
    return endOffsets(partitions);
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    partitions.forEach(partition -> offsets.put(partition, broker.log(partition).stableEnd()));
    return offsets;
  }

  @Override
  public List<PartitionInfo> partitionsFor(String topic) {
    return broker.partitions(topic);
  }

  @Override
  public Set<TopicPartition> assignment() {
    return Set.copyOf(assignment);
  }

  @Override
  public long position(TopicPartition partition) {
    Long position = positions.get(partition);
    if (position == null) {
      throw new IllegalStateException("no position of " + partition);
    }
    return position;
  }

  @Override
  public void seek(TopicPartition partition, long offset) {
    positions.put(partition, offset);
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    paused.addAll(partitions);
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    paused.removeAll(partitions);
  }

  @Override
  public void wakeup() {
    wokenUp = true;
  }

  @Override
  public void close(CloseOptions options) {
    close();
  }

  @Override
  public void close() {
    process.requireAlive();
    Group.Member current = member;
    if (current != null) {
      broker.group(groupId).leave(current.id());
      member = null;
    }
  }
}
