package dev.sluice.benchmark.simulation;

import dev.sluice.schema.LaneKey;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * One opened stream task: a real processor with stores restored from what is committed, whose
 * records wait for the commit.
 */
final class StreamTask {
  private final Application application;
  private final SimProcess process;
  private final Processor<byte[], byte[], byte[], byte[]> processor;
  private final Map<String, StateStore> stores = new TreeMap<>();
  private final List<ProducerRecord<byte[], byte[]>> written = new ArrayList<>();
  private final List<Punctuator> punctuators = new ArrayList<>();
  private @Nullable RecordMetadata place;
  private boolean commitRequested;

  private record Place(String topic, int partition, long offset) implements RecordMetadata {}

  StreamTask(
      Application application,
      SimProcess process,
      Broker broker,
      ProcessorSupplier<byte[], byte[], byte[], byte[]> processors) {
    this.application = application;
    this.process = process;
    processors.stores().stream()
        .sorted(Comparator.comparing(StoreBuilder::name))
        .forEach(builder ->
            stores.put(
                builder.name(),
                builder.loggingEnabled()
                    ? new ChangelogStore(
                        builder.name(),
                        broker.log(new TopicPartition(ChangelogStore.changelog(builder.name()), 0)))
                    : builder.build()));
    processor = processors.get();
    processor.init(new Context<>());
  }

  void process(ConsumerRecord<byte[], byte[]> record) {
    place = new Place(record.topic(), record.partition(), record.offset());
    processor.process(new Record<>(record.key(), record.value(), record.timestamp()));
    place = null;
  }

  void punctuate() {
    punctuators.forEach(punctuator -> punctuator.punctuate(process.steadyMillis()));
  }

  boolean commitRequested() {
    return commitRequested;
  }

  List<ProducerRecord<byte[], byte[]>> takeWritten() {
    List<ProducerRecord<byte[], byte[]>> taken = List.copyOf(written);
    written.clear();
    commitRequested = false;
    return taken;
  }

  List<ProducerRecord<byte[], byte[]>> takeChanges() {
    List<ProducerRecord<byte[], byte[]>> changes = new ArrayList<>();
    for (StateStore store : stores.values()) {
      if (store instanceof ChangelogStore logged) {
        changes.addAll(logged.takeChanges());
      }
    }
    return changes;
  }

  void committed() {
    stores.values().forEach(store -> store.commit(Map.of()));
  }

  void close() {
    processor.close();
  }

  private void write(String sink, byte[] key, byte[] value) {
    String topic = Objects.requireNonNull(application.sinks().get(sink), sink);
    int partition =
        topic.equals(application.requests())
            ? LaneKey.parse(new String(key, StandardCharsets.UTF_8))
                .partition(application.partitions())
            : 0;
    written.add(new ProducerRecord<>(topic, partition, key, value));
  }

  /** What the processor sees; keys and values are bytes, which cannot be a type's bound. */
  private final class Context<K, V> implements ProcessorContext<K, V> {
    @Override
    public <K1 extends K, V1 extends V> void forward(Record<K1, V1> record, String child) {
      write(child, (byte[]) record.key(), (byte[]) record.value());
    }

    @Override
    public <K1 extends K, V1 extends V> void forward(Record<K1, V1> record) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void commit() {
      commitRequested = true;
    }

    /** Simulated threads are slow: they do at each turn what may be done more often. */
    @Override
    public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
      punctuators.add(callback);
      return () -> punctuators.remove(callback);
    }

    @Override
    public Cancellable schedule(
        Instant start, Duration interval, PunctuationType type, Punctuator callback) {
      return schedule(interval, type, callback);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <S extends StateStore> S getStateStore(String name) {
      return (S) Objects.requireNonNull(stores.get(name), name);
    }

    @Override
    public TaskId taskId() {
      return new TaskId(0, 0);
    }

    @Override
    public Optional<RecordMetadata> recordMetadata() {
      return Optional.ofNullable(place);
    }

    @Override
    public long currentSystemTimeMs() {
      return process.steadyMillis();
    }

    @Override
    public long currentStreamTimeMs() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String applicationId() {
      return application.group();
    }

    @Override
    public Serde<?> keySerde() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Serde<?> valueSerde() {
      throw new UnsupportedOperationException();
    }

    @Override
    public File stateDir() {
      throw new UnsupportedOperationException();
    }

    @Override
    public StreamsMetrics metrics() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Object> appConfigs() {
      return Map.of();
    }

    @Override
    public Map<String, Object> appConfigsWithPrefix(String prefix) {
      return Map.of();
    }
  }
}
