package dev.sluice.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time and waiting, as one process sees them. */
public interface Ticker {
  /** The machine's clocks. */
  Ticker SYSTEM =
      new Ticker() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
          Thread.sleep(time);
        }

        @Override
        public boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
          return latch.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        }
      };

  /**
   * Returns the monotonic clock's time, in nanoseconds from an arbitrary origin; it may overflow.
   */
  long nanoTime();

  /** Returns the wall-clock time, which may jump backwards. */
  Instant now();

  void sleep(Duration time) throws InterruptedException;

  /** Waits for a latch; returns false if the time ran out first. */
  boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException;
}
