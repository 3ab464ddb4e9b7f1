package dev.sluice.console.http;

import java.util.concurrent.atomic.AtomicLong;

/** So many bytes, in memory or on a disk, that many share. */
final class ByteBudget {
  private final long all;
  private final AtomicLong taken = new AtomicLong();

  ByteBudget(long all) {
    this.all = all;
  }

  /** How many are taken now. */
  long taken() {
    return taken.get();
  }

  Share share() {
    return new Share();
  }

  /** What one has taken for itself. It gives everything back when it is closed. */
  final class Share implements AutoCloseable {
    private long bytes;

    private Share() {}

    /** Takes more; false if there is not so much left. */
    boolean grow(long by) {
      long before = taken.getAndUpdate(now -> now + by > all ? now : now + by);
      if (before + by > all) {
        return false;
      }
      bytes += by;
      return true;
    }

    /** How many it has. */
    long bytes() {
      return bytes;
    }

    @Override
    public void close() {
      taken.addAndGet(-bytes);
      bytes = 0;
    }
  }
}
