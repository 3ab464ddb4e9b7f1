package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A transactional producer for the simulated broker. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // one thread runs at a time
final class SimProducer extends MockProducer<byte[], byte[]> {
  private static final RecordMetadata WRITTEN =
      new RecordMetadata(new TopicPartition("any", 0), 0, 0, 0, 0, 0);

  private static final Duration COMPLETING = Duration.ofMillis(10);

  private final Broker broker;
  private final Network network;
  private final SimProcess process;
  private final String id;
  private final Duration timeout;
  private final List<ProducerRecord<byte[], byte[]>> unsent = new ArrayList<>();
  private final List<Place> awaited = new ArrayList<>();
  private short epoch = -1;

  /** Why a record was not written: its transaction cannot be committed. */
  private @Nullable KafkaException failure;

  SimProducer(Broker broker, Network network, SimProcess process, String id, Duration timeout) {
    this.timeout = timeout;
    this.broker = broker;
    this.network = network;
    this.process = process;
    this.id = id;
  }

  @Override
  public void initTransactions() {
    epoch = network.call(process, () -> broker.initialise(id, timeout));
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
    awaited.clear();
    failure = null;
    awaitCompletion();
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
    return send(record, null);
  }

  @Override
  public Future<RecordMetadata> send(
      ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
    Place place = new Place();
    unsent.add(record);
    awaited.add(place);
    return place;
  }

  /** Where a record is written. It is sent with all others, at the latest when that is awaited. */
  private final class Place extends CompletableFuture<RecordMetadata> {
    @Override
    public RecordMetadata get(long timeout, TimeUnit unit) throws ExecutionException {
      try {
        flushUnsent();
      } catch (KafkaException e) {
        failure = e;
        throw new ExecutionException(e);
      }
      return WRITTEN;
    }
  }

  private void flushUnsent() {
    if (failure != null) {
      throw failure;
    }
    if (!unsent.isEmpty()) {
      List<ProducerRecord<byte[], byte[]>> records = List.copyOf(unsent);
      unsent.clear();
      call(() -> broker.append(id, epoch, records));
      awaited.forEach(place -> place.complete(WRITTEN));
      awaited.clear();
    }
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    flushUnsent();
    call(() -> broker.addOffsets(id, epoch, Map.copyOf(offsets), group));
  }

  @Override
  public void commitTransaction() {
    flushUnsent();
    network.commit(process, ofThisEpoch(() -> broker.end(id, epoch, true)));
  }

  @Override
  public void abortTransaction() {
    unsent.clear();
    failure = null;
    call(() -> broker.end(id, epoch, false));
  }

  private void call(Runnable effect) {
    network.call(process, ofThisEpoch(effect));
  }

  private Supplier<Boolean> ofThisEpoch(Runnable effect) {
    short ofEpoch = epoch;
    return () -> {
      if (ofEpoch != epoch) {
        throw new IllegalStateException("the epoch has changed");
      }
      effect.run();
      return true;
    };
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
