package dev.sluice.aggregator;

import dev.sluice.schema.SendResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Results that became dead letters, kept until they may leave the changelogged store. A letter and
 * the changelog are in different partitions, and without a transaction either may be written first;
 * a crash in between would lose the result. Until then the store therefore keeps it beside any
 * later result of the same recipient. After a commit the brokers have acknowledged everything that
 * was sent before it.
 *
 * <p>This is a state store, though it stores nothing, because Kafka Streams reports commits only to
 * state stores.
 */
final class GivenUp implements StateStore {
  static final String NAME = "given-up";

  /** By key in the store; several results of one recipient are merged. */
  private final Map<String, SendResult> sent = new HashMap<>();

  private final List<SendResult> committed = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();
  private final List<String> committedUnreadable = new ArrayList<>();
  private boolean open;

  /** Records that the result's dead letter has been sent. */
  void add(String key, SendResult result) {
    sent.merge(key, result, PendingBatch::merge);
  }

  /** Records that the dead letter of a stored result that cannot be read has been sent. */
  void addUnreadable(String key) {
    unreadable.add(key);
  }

  /** Returns the keys of unreadable results whose dead letters are safe, each once. */
  List<String> takeUnreadable() {
    List<String> taken = List.copyOf(committedUnreadable);
    committedUnreadable.clear();
    return taken;
  }

  /** Returns what was sent under this key and may still be lost; null if nothing. */
  @Nullable SendResult unsafe(String key) {
    return sent.get(key);
  }

  /** Returns the results whose dead letters are safe, each once. */
  List<SendResult> takeCommitted() {
    List<SendResult> taken = List.copyOf(committed);
    committed.clear();
    return taken;
  }

  /**
   * Marks all sent letters as safe: the producer was flushed without an error, and the offsets were
   * committed.
   */
  @Override
  public void commit(Map<TopicPartition, Long> changelogOffsets) {
    committed.addAll(sent.values());
    sent.clear();
    committedUnreadable.addAll(unreadable);
    unreadable.clear();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    context.register(root, (key, value) -> {});
    open = true;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean persistent() {
    return false;
  }

  /** Builds one instance per task, without a changelog. */
  static final class Builder implements StoreBuilder<GivenUp> {
    @Override
    public GivenUp build() {
      return new GivenUp();
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public boolean loggingEnabled() {
      return false;
    }

    @Override
    public Map<String, String> logConfig() {
      return Map.of();
    }

    @Override
    public StoreBuilder<GivenUp> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<GivenUp> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<GivenUp> withLoggingEnabled(Map<String, String> config) {
      return this;
    }

    @Override
    public StoreBuilder<GivenUp> withLoggingDisabled() {
      return this;
    }
  }
}
