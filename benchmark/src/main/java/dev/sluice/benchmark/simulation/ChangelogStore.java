package dev.sluice.benchmark.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A task's store in memory, whose changes go to its changelog at each commit. */
final class ChangelogStore implements KeyValueStore<String, byte[]> {
  /** What the log has in place of nothing. */
  private static final byte[] DELETED = {};

  private final String name;
  private final TreeMap<String, byte[]> values = new TreeMap<>();
  private final Set<String> changed = new LinkedHashSet<>();

  /** Restores what is committed by now. */
  ChangelogStore(String name, Log changelog) {
    this.name = name;
    long end = changelog.stableEnd();
    for (long offset = 0; offset < end; offset++) {
      Log.Entry entry = changelog.get(offset);
      if (entry.visible()) {
        restore(new String(entry.key(), StandardCharsets.UTF_8), entry.value());
      }
    }
  }

  private void restore(String key, byte[] value) {
    if (value.length == 0) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }

  static String changelog(String store) {
    return store + "-changelog";
  }

  /** Returns what has changed since the last call. */
  List<ProducerRecord<byte[], byte[]>> takeChanges() {
    List<ProducerRecord<byte[], byte[]>> changes = new ArrayList<>();
    for (String key : changed) {
      byte[] value = values.getOrDefault(key, DELETED);
      changes.add(
          new ProducerRecord<>(changelog(name), 0, key.getBytes(StandardCharsets.UTF_8), value));
    }
    changed.clear();
    return changes;
  }

  @Override
  public byte @Nullable [] get(String key) {
    return values.get(key);
  }

  @Override
  public void put(String key, byte @Nullable [] value) {
    delete(key);
    if (value != null) {
      values.put(key, value);
    }
  }

  @Override
  public byte @Nullable [] delete(String key) {
    changed.add(key);
    return values.remove(key);
  }

  @Override
  public byte[] putIfAbsent(String key, byte[] value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putAll(List<KeyValue<String, byte[]>> entries) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyValueIterator<String, byte[]> range(String from, String to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyValueIterator<String, byte[]> all() {
    Iterator<Map.Entry<String, byte[]>> entries = List.copyOf(values.entrySet()).iterator();
    return new KeyValueIterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public KeyValue<String, byte[]> next() {
        Map.Entry<String, byte[]> entry = entries.next();
        return new KeyValue<>(entry.getKey(), entry.getValue());
      }

      @Override
      public String peekNextKey() {
        throw new UnsupportedOperationException();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public long approximateNumEntries() {
    return values.size();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {}

  @Override
  public void close() {}

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
