package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Transaction.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka as seen by the services: logs, transactions with fencing and markers, and committed
 * offsets, which are unknown while an open transaction may change them.
 */
final class Broker {
  private final Kernel kernel;
  private final Map<TopicPartition, Log> logs = new LinkedHashMap<>();
  private final Map<String, List<PartitionInfo>> topics = new HashMap<>();
  private final Map<String, Producer> producers = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
  private final Map<TopicPartition, List<Commit>> commits = new HashMap<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Waiters members = new Waiters();
  private final Waiters completions = new Waiters();
  private final Network network;
  private Observer observer = (partition, offset, entry) -> {};

  /** The share of transactions that is refused, as if the group had gone on without the member. */
  private double refused;

  /** Sees each record as soon as it is certain to be committed. */
  interface Observer {
    void committed(TopicPartition partition, long offset, Log.Entry entry);
  }

  /** An offset that counts as committed from this time on. */
  record Commit(long sinceNanos, OffsetAndMetadata offset) {}

  /** The state of a transactional id. */
  private static final class Producer {
    private short epoch;
    private Duration timeout = Duration.ZERO;
    private @Nullable Transaction transaction;
  }

  Broker(Kernel kernel, Network network) {
    this.kernel = kernel;
    this.network = network;
  }

  void observe(Observer newObserver) {
    observer = newObserver;
  }

  /** Sets the share of transactions that is refused. */
  void refuse(double share) {
    refused = share;
  }

  Group group(String id) {
    return groups.computeIfAbsent(id, unseen -> new Group(kernel, () -> members.wake(network)));
  }

  void create(String topic, int partitions) {
    List<PartitionInfo> infos = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      logs.put(new TopicPartition(topic, partition), new Log());
      infos.add(new PartitionInfo(topic, partition, null, null, null));
    }
    topics.put(topic, List.copyOf(infos));
  }

  List<PartitionInfo> partitions(String topic) {
    return topics.getOrDefault(topic, List.of());
  }

  Log log(TopicPartition partition) {
    Log log = logs.get(partition);
    if (log == null) {
      throw new IllegalArgumentException("no log " + partition);
    }
    return log;
  }

  /** Appends outside a transaction. */
  void append(TopicPartition partition, byte[] key, byte[] value) {
    Log log = log(partition);
    Log.Entry entry = new Log.Entry(key, value, kernel.nowNanos(), null);
    log.append(entry);
    observer.committed(partition, log.end() - 1, entry);
    log.readers().wake(network);
  }

  /** Returns those who wait for a change of a group. */
  Waiters members() {
    return members;
  }

  /** Returns those who wait for the completion of a transaction. */
  Waiters completions() {
    return completions;
  }

  /**
   * Returns whether group members can read these partitions' offsets: not while an open transaction
   * may change them.
   */
  boolean stable(Set<TopicPartition> partitions) {
    return producers.values().stream()
        .map(producer -> producer.transaction)
        .allMatch(
            open -> open == null || partitions.stream().noneMatch(open.offsets()::containsKey));
  }

  @Nullable OffsetAndMetadata committed(TopicPartition partition) {
    return committed.get(partition);
  }

  /** Returns all offsets that are or certainly will be committed, the newest last. */
  List<Commit> commits(TopicPartition partition) {
    return commits.getOrDefault(partition, List.of());
  }

  /** Commits outside a transaction. */
  void commit(TopicPartition partition, OffsetAndMetadata offset) {
    decided(partition, offset);
    committed.put(partition, offset);
  }

  /** Commits on behalf of a member of a group. */
  void commit(ConsumerGroupMetadata member, Map<TopicPartition, OffsetAndMetadata> offsets) {
    group(member.groupId()).requireMember(member.memberId(), member.generationId());
    offsets.forEach(this::commit);
  }

  private void decided(TopicPartition partition, OffsetAndMetadata offset) {
    commits
        .computeIfAbsent(partition, any -> new ArrayList<>())
        .add(new Commit(kernel.nowNanos(), offset));
  }

  /** Returns whether an earlier transaction of this id is still being completed. */
  boolean completing(String id) {
    Transaction open = producer(id).transaction;
    return open != null && open.decided();
  }

  private Producer producer(String id) {
    return producers.computeIfAbsent(id, any -> new Producer());
  }

  /** Begins a new epoch and aborts the transaction that the last one left open. */
  short initialise(String id, Duration timeout) {
    Producer producer = producer(id);
    producer.timeout = timeout;
    Transaction open = producer.transaction;
    producer.epoch++;
    if (open != null && !open.decided()) {
      decide(producer, open, false);
    }
    return producer.epoch;
  }

  private Transaction transaction(String id, short epoch) {
    Producer producer = producer(id);
    if (producer.epoch != epoch) {
      throw new ProducerFencedException("epoch " + epoch + " of " + id + " is fenced");
    }
    Transaction open = producer.transaction;
    if (open == null) {
      Transaction begun = new Transaction();
      producer.transaction = begun;
      kernel.after(
          producer.timeout,
          () -> {
            if (producer.transaction == begun && !begun.decided()) {
              producer.epoch++;
              decide(producer, begun, false);
            }
          });
      return begun;
    }
    if (open.decided()) {
      throw new IllegalStateException("a transaction of " + id + " is being completed");
    }
    return open;
  }

  void append(String id, short epoch, List<ProducerRecord<byte[], byte[]>> records) {
    if (records.isEmpty()) {
      return;
    }
    Transaction transaction = transaction(id, epoch);
    for (ProducerRecord<byte[], byte[]> record : records) {
      Integer wanted = record.partition();
      TopicPartition partition = new TopicPartition(record.topic(), wanted == null ? 0 : wanted);
      Log log = log(partition);
      log.append(new Log.Entry(record.key(), record.value(), kernel.nowNanos(), transaction));
      transaction.written().add(new Written(partition, log.end() - 1));
    }
  }

  /** Adds offsets to a transaction on behalf of a member of the group. */
  void addOffsets(
      String id,
      short epoch,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata member) {
    Transaction transaction = transaction(id, epoch);
    group(member.groupId()).requireMember(member.memberId(), member.generationId());
    if (refused > 0 && kernel.chance(refused)) {
      throw new CommitFailedException("the group has gone on without " + member.memberId());
    }
    transaction.offsets().putAll(offsets);
  }

  void end(String id, short epoch, boolean commit) {
    Producer producer = producer(id);
    if (producer.epoch == epoch && producer.transaction == null) {
      // Nothing was written.
      return;
    }
    decide(producer, transaction(id, epoch), commit);
  }

  private void decide(Producer producer, Transaction transaction, boolean commit) {
    transaction.decide(commit);
    if (commit) {
      for (Written one : transaction.written()) {
        observer.committed(one.partition(), one.offset(), log(one.partition()).get(one.offset()));
      }
      transaction.offsets().forEach(this::decided);
    }
    Duration most = kernel.chance(0.02) ? Duration.ofMillis(800) : Duration.ofMillis(8);
    kernel.at(
        kernel.nowNanos() + kernel.between(Duration.ZERO, most),
        () -> complete(producer, transaction));
  }

  private void complete(Producer producer, Transaction transaction) {
    transaction.complete();
    Set<Log> touched = new LinkedHashSet<>();
    transaction.written().forEach(one -> touched.add(log(one.partition())));
    touched.forEach(log -> log.append(Log.Entry.marker()));
    if (transaction.decidedToCommit()) {
      committed.putAll(transaction.offsets());
    }
    producer.transaction = null;
    touched.forEach(log -> log.readers().wake(network));
    completions.wake(network);
  }
}
