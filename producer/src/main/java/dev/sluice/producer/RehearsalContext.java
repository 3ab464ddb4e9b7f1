package dev.sluice.producer;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The task of a rehearsal: it counts the requests that are written, and drops every record.
 *
 * @param <K> keys and values are bytes, which cannot be a type's bound
 */
final class RehearsalContext<K, V> implements ProcessorContext<K, V> {
  private final Map<String, StateStore> stores = new HashMap<>();
  private final List<Punctuator> punctuators = new ArrayList<>();
  private long requests;

  void add(StateStore store) {
    stores.put(store.name(), store);
  }

  /** Does what is scheduled. */
  void punctuate() {
    punctuators.forEach(punctuator -> punctuator.punctuate(0));
  }

  /** Returns how many requests were written, and dropped. */
  long requests() {
    return requests;
  }

  @Override
  public <K1 extends K, V1 extends V> void forward(Record<K1, V1> record, @Nullable String child) {
    if (Output.REQUESTS.equals(child)) {
      requests++;
    }
  }

  @Override
  public <K1 extends K, V1 extends V> void forward(Record<K1, V1> record) {}

  @Override
  public void commit() {}

  @Override
  public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
    punctuators.add(callback);
    return () -> {};
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
    return Optional.empty();
  }

  @Override
  public long currentSystemTimeMs() {
    return 0;
  }

  @Override
  public long currentStreamTimeMs() {
    return 0;
  }

  @Override
  public String applicationId() {
    return "rehearsal";
  }

  @Override
  public Map<String, Object> appConfigs() {
    return Map.of();
  }

  @Override
  public Map<String, Object> appConfigsWithPrefix(String prefix) {
    return Map.of();
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
}
