package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A process's stream thread: a model of Kafka Streams, which runs a real processor. It owns the
 * task by the group, restores its stores from the changelog, and commits; after any failure it
 * begins anew, as its successor would.
 */
final class StreamThread implements ConsumerRebalanceListener {
  /** Between two turns; longer each time that there was nothing to do. */
  private static final Duration TURN = Duration.ofMillis(100);

  private static final Duration IDLE = Duration.ofMillis(400);
  private static final Duration OFFSETS = Duration.ofSeconds(10);

  private static final Duration RESTORING = Duration.ofMillis(20);

  /** A replaced thread's pause. */
  private static final Duration PAUSE = Duration.ofMillis(300);

  /** Less than the session timeout, after which a successor begins. */
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(5);

  private final Kernel kernel;
  private final Broker broker;
  private final Network network;
  private final SimProcess process;
  private final Application application;
  private final ProcessorSupplier<byte[], byte[], byte[], byte[]> processors;
  private final SimProducer producer;
  private SimConsumer consumer;
  private @Nullable StreamTask task;
  private boolean moved;
  private long committedNanos;
  private Duration wait = TURN;

  StreamThread(
      Kernel kernel,
      Broker broker,
      Network network,
      SimProcess process,
      Application application,
      ProcessorSupplier<byte[], byte[], byte[], byte[]> processors) {
    this.kernel = kernel;
    this.broker = broker;
    this.network = network;
    this.process = process;
    this.application = application;
    this.processors = processors;
    // A process's id is new each time, so that its predecessor is not fenced by it.
    producer =
        new SimProducer(
            broker,
            network,
            process,
            application.group() + kernel.random().nextLong(),
            TRANSACTION_TIMEOUT);
    consumer = consumer();
  }

  private SimConsumer consumer() {
    SimConsumer created = new SimConsumer(kernel, broker, network, process, application.group());
    created.subscribe(application.inputs(), this);
    return created;
  }

  /** Runs until the process is killed. */
  void run() {
    boolean ready = !application.exactlyOnce();
    while (true) {
      try {
        if (!ready) {
          producer.initTransactions();
          ready = true;
        }
        turn();
      } catch (KafkaException e) {
        kernel.trace(() -> process.name() + " begins anew: " + e.getMessage());
        ready = !application.exactlyOnce();
        close();
        consumer.close();
        process.sleep(PAUSE.toNanos());
        consumer = consumer();
      }
    }
  }

  private void turn() {
    process.sleep(wait.toNanos());
    wait = wait.compareTo(IDLE) < 0 ? wait.multipliedBy(2) : IDLE;
    ConsumerRecords<byte[], byte[]> records = consumer.pollNow();
    StreamTask current = task;
    if (current == null) {
      return;
    }
    if (!records.isEmpty()) {
      wait = TURN;
    }
    for (ConsumerRecord<byte[], byte[]> record : records) {
      current.process(record);
      moved = true;
    }
    current.punctuate();
    if (consumer.joining()) {
      // The client commits once it knows its generation.
      return;
    }
    if (current.commitRequested()
        || kernel.nowNanos() - committedNanos >= application.commitEvery().toNanos()) {
      commit(current);
    }
  }

  private void commit(StreamTask current) {
    committedNanos = kernel.nowNanos();
    List<ProducerRecord<byte[], byte[]>> written = current.takeWritten();
    List<ProducerRecord<byte[], byte[]>> changes = current.takeChanges();
    if (!moved && written.isEmpty() && changes.isEmpty()) {
      return;
    }
    wait = TURN;
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : application.partitionsRead()) {
      offsets.put(partition, new OffsetAndMetadata(consumer.position(partition)));
    }
    ConsumerGroupMetadata member = consumer.groupMetadata();
    kernel.trace(() ->
        process.name() + " commits " + written.size() + " records, up to " + offsets.values());
    if (application.exactlyOnce()) {
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : records(written, changes)) {
        var _ = producer.send(record);
      }
      producer.sendOffsetsToTransaction(offsets, member);
      producer.commitTransaction();
    } else {
      append(member, written);
      append(member, changes);
      network.call(
          process,
          () -> {
            broker.commit(member, offsets);
            return true;
          });
    }
    moved = false;
    current.committed();
  }

  private static List<ProducerRecord<byte[], byte[]>> records(
      List<ProducerRecord<byte[], byte[]>> written, List<ProducerRecord<byte[], byte[]>> changes) {
    return Stream.concat(written.stream(), changes.stream()).toList();
  }

  /**
   * Appends outside a transaction. What comes only once a successor may have written is left out:
   * see the limits of the simulation in {@code docs/guarantees.md}.
   */
  private void append(ConsumerGroupMetadata member, List<ProducerRecord<byte[], byte[]>> records) {
    if (!records.isEmpty()) {
      network.call(
          process,
          () -> {
            if (broker.group(member.groupId()).has(member.memberId())) {
              records.forEach(record ->
                  broker.append(
                      new TopicPartition(record.topic(), record.partition()),
                      record.key(),
                      record.value()));
            }
            return true;
          });
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> added) {
    if (added.isEmpty()) {
      return;
    }
    Set<TopicPartition> read = new LinkedHashSet<>(application.partitionsRead());
    Map<TopicPartition, OffsetAndMetadata> offsets = consumer.committed(read, OFFSETS);
    read.forEach(partition -> {
      OffsetAndMetadata offset = offsets.get(partition);
      consumer.seek(partition, offset == null ? 0 : offset.offset());
    });
    network.delay(process);
    application.stores().forEach(this::awaitStable);
    kernel.trace(() -> process.name() + " opens the task");
    task = new StreamTask(application, process, broker, processors);
    moved = false;
    committedNanos = kernel.nowNanos();
  }

  /** Waits until all that a changelog now has is decided: a dead producer may have left it open. */
  private void awaitStable(String store) {
    Log changelog = broker.log(new TopicPartition(ChangelogStore.changelog(store), 0));
    long end = changelog.end();
    while (changelog.stableEnd() < end) {
      process.sleep(RESTORING.toNanos());
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
    StreamTask current = task;
    if (current != null) {
      commit(current);
      close();
    }
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> lost) {
    close();
  }

  private void close() {
    StreamTask current = task;
    task = null;
    if (current != null) {
      current.close();
    }
  }
}
