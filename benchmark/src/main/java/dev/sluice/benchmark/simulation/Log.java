package dev.sluice.benchmark.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One partition's log, as readers of committed records see it. */
final class Log {
  private final List<Entry> entries = new ArrayList<>();
  private int stable;

  /** One offset of the log. */
  static final class Entry {
    private static final byte[] NOTHING = {};

    private final byte[] key;
    private final byte[] value;
    private final @Nullable Transaction transaction;

    /** Makes one; it is outside transactions if it is given none. */
    Entry(byte[] key, byte[] value, @Nullable Transaction transaction) {
      this.key = key;
      this.value = value;
      this.transaction = transaction;
    }

    /** What ends a transaction in the log. */
    static Entry marker() {
      return new Entry(NOTHING, NOTHING, null);
    }

    byte[] key() {
      return key;
    }

    byte[] value() {
      return value;
    }

    /** Whether readers are given it. */
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

  /** Readers of committed records come no further: from here on a transaction is not complete. */
  long stableEnd() {
    while (stable < entries.size() && entries.get(stable).stable()) {
      stable++;
    }
    return stable;
  }
}
