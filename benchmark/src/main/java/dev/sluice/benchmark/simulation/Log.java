package dev.sluice.benchmark.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One partition's log, with the visibility that readers of committed records have. */
final class Log {
  private final List<Entry> entries = new ArrayList<>();
  private int stable;

  /** One offset of the log. */
  static final class Entry {
    private static final byte[] NOTHING = {};

    private final byte[] key;
    private final byte[] value;
    private final @Nullable Transaction transaction;

    /**
     * Creates an entry.
     *
     * @param transaction its transaction, or null if it is outside of one
     */
    Entry(byte[] key, byte[] value, @Nullable Transaction transaction) {
      this.key = key;
      this.value = value;
      this.transaction = transaction;
    }

    /** Returns an entry that marks the end of a transaction. */
    static Entry marker() {
      return new Entry(NOTHING, NOTHING, null);
    }

    byte[] key() {
      return key;
    }

    byte[] value() {
      return value;
    }

    /** Returns whether readers receive it. */
    boolean visible() {
      return key.length > 0 && (transaction == null || transaction.decidedToCommit());
    }

    private boolean stable() {
      return transaction == null || transaction.completed();
    }
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
