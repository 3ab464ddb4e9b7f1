package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** A transactional producer for the simulated broker. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // one thread runs at a time
final class SimProducer extends MockProducer<byte[], byte[]> {
  private static final Duration COMPLETING = Duration.ofMillis(10);

  private final Broker broker;
  private final Network network;
  private final SimProcess process;
  private final String id;
  private final List<ProducerRecord<byte[], byte[]>> unsent = new ArrayList<>();
  private short epoch = -1;

  SimProducer(Broker broker, Network network, SimProcess process, String id) {
    this.broker = broker;
    this.network = network;
    this.process = process;
    this.id = id;
  }

  @Override
  public void initTransactions() {
    epoch = network.call(process, () -> broker.initialise(id));
    awaitCompletion();
  }

  /** Waits, as the client retries while the broker completes the previous transaction. */
  private void awaitCompletion() {
    while (broker.completing(id)) {
      process.sleep(COMPLETING.toNanos());
    }
  }

  @Override
  public void beginTransaction() {
    process.requireAlive();
    unsent.clear();
    awaitCompletion();
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    unsent.add(record);
    return new CompletableFuture<>();
  }

  private void flushUnsent() {
    if (!unsent.isEmpty()) {
      List<ProducerRecord<byte[], byte[]>> records = List.copyOf(unsent);
      unsent.clear();
      call(() -> broker.append(id, epoch, records));
    }
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    flushUnsent();
    call(() ->
        broker.addOffsets(id, epoch, Map.copyOf(offsets), group.memberId(), group.generationId()));
  }

  @Override
  public void commitTransaction() {
    flushUnsent();
    call(() -> broker.end(id, epoch, true));
  }

  @Override
  public void abortTransaction() {
    unsent.clear();
    call(() -> broker.end(id, epoch, false));
  }

  private void call(Runnable effect) {
    short ofEpoch = epoch;
    network.call(
        process,
        () -> {
          if (ofEpoch != epoch) {
            throw new IllegalStateException("the epoch has changed");
          }
          effect.run();
          return true;
        });
  }

  @Override
  public void close(Duration timeout) {
    process.requireAlive();
  }

  @Override
  public void close() {
    process.requireAlive();
  }
}
