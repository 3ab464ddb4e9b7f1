package dev.sluice.benchmark.simulation;

import dev.sluice.schema.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One partition's log, with the visibility that readers of committed records have. */
final class Log {
  private final List<Entry> entries = new ArrayList<>();
  private final Waiters readers = new Waiters();
  private int stable;

  /** One offset of the log. */
  static final class Entry {
    private static final byte[] NOTHING = {};

    private final byte[] key;
    private final byte[] value;
    private final long atNanos;
    private final @Nullable Transaction transaction;
    private @Nullable Object event;

    /**
     * Creates an entry.
     *
     * @param atNanos when it was written
     * @param transaction its transaction, or null if it is outside of one
     */
    Entry(byte[] key, byte[] value, long atNanos, @Nullable Transaction transaction) {
      this.atNanos = atNanos;
      this.key = key;
      this.value = value;
      this.transaction = transaction;
    }

    /** Returns an entry that marks the end of a transaction. */
    static Entry marker() {
      return new Entry(NOTHING, NOTHING, 0, null);
    }

    byte[] key() {
      return key;
    }

    byte[] value() {
      return value;
    }

    /** Returns its timestamp, ms since 1970. */
    long timestamp() {
      return SimProcess.BEGINNING.plusNanos(atNanos).toEpochMilli();
    }

    /** Returns its value as an event, which the models read only once. */
    <T> T read(Class<T> type) {
      Object known = event;
      if (known == null) {
        known = Json.read(value, type);
        event = known;
      }
      return type.cast(known);
    }

    /** Returns whether readers receive it. */
    boolean visible() {
      return isRecord() && (transaction == null || transaction.decidedToCommit());
    }

    /** Returns whether it is a record, whatever becomes of its transaction. */
    boolean isRecord() {
      return key.length > 0;
    }

    private boolean stable() {
      return transaction == null || transaction.completed();
    }
  }

  /** Returns those who wait for records. */
  Waiters readers() {
    return readers;
  }

  void append(Entry entry) {
    entries.add(entry);
  }

  Entry get(long offset) {
    return entries.get((int) offset);
  }

  long end() {
    return entries.size();
  }

  /**
   * Returns the last stable offset: the end for readers of committed records, from where on a
   * transaction is incomplete.
   */
  long stableEnd() {
    while (stable < entries.size() && entries.get(stable).stable()) {
      stable++;
    }
    return stable;
  }
}
