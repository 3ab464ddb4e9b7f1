package dev.sluice.console.http;

import java.util.concurrent.atomic.AtomicLong;

/** A budget of bytes, in memory or on a disk, that many users share. */
final class ByteBudget {
  private final long all;
  private final AtomicLong taken = new AtomicLong();

  ByteBudget(long all) {
    this.all = all;
  }

  /** Returns how many bytes are taken now. */
  long taken() {
    return taken.get();
  }

  Share share() {
    return new Share();
  }

  /** The part of the budget that one user has taken. Closing it returns all of it. */
  final class Share implements AutoCloseable {
    private long bytes;

    private Share() {}

    /** Takes more; returns false, and takes nothing, if less than that is left. */
    boolean grow(long by) {
      long before = taken.getAndUpdate(now -> now + by > all ? now : now + by);
      if (before + by > all) {
        return false;
      }
      bytes += by;
      return true;
    }

    /** Returns how many bytes this share holds. */
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
