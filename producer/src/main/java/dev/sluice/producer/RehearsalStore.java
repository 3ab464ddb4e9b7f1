package dev.sluice.producer;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A store without a changelog, which lasts for a rehearsal. */
final class RehearsalStore implements KeyValueStore<String, byte[]> {
  private final String name;
  private final TreeMap<String, byte[]> values = new TreeMap<>();

  RehearsalStore(String name) {
    this.name = name;
  }

  @Override
  public byte @Nullable [] get(String key) {
    return values.get(key);
  }

  @Override
  public void put(String key, byte @Nullable [] value) {
    if (value == null) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }

  @Override
  public byte @Nullable [] putIfAbsent(String key, byte[] value) {
    return values.putIfAbsent(key, value);
  }

  @Override
  public void putAll(List<KeyValue<String, byte[]>> entries) {
    entries.forEach(entry -> put(entry.key, entry.value));
  }

  @Override
  public byte @Nullable [] delete(String key) {
    return values.remove(key);
  }

  @Override
  public KeyValueIterator<String, byte[]> range(String from, String to) {
    return iterator(values.subMap(from, true, to, true));
  }

  @Override
  public KeyValueIterator<String, byte[]> all() {
    return iterator(values);
  }

  private static KeyValueIterator<String, byte[]> iterator(Map<String, byte[]> some) {
    Iterator<Map.Entry<String, byte[]>> entries = List.copyOf(some.entrySet()).iterator();
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
