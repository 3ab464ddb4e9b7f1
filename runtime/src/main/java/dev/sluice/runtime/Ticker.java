package dev.sluice.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time as one process sees it, and waiting. */
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

  /** The monotonic clock, in nanoseconds from an arbitrary origin; it may overflow. */
  long nanoTime();

  /** The wall clock, which may be set backwards. */
  Instant now();

  void sleep(Duration time) throws InterruptedException;

  /** Waits for a latch; false if it was not released in time. */
  boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException;
}
