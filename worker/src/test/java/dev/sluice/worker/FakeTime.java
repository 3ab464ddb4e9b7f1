package dev.sluice.worker;

import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/** Time that passes only while a thread waits; its monotonic clock overflows after one second. */
class FakeTime implements Ticker {
  private static final long BEGAN = Long.MAX_VALUE - 1_000_000_000;
  private static final Instant BEGINNING = Instant.parse("2027-03-10T12:00:00Z");

  private long nanos = BEGAN;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant now() {
    return BEGINNING.plusNanos(nanos - BEGAN);
  }

  @Override
  public void sleep(Duration time) {
    nanos += time.toNanos();
  }

  @Override
  public boolean await(CountDownLatch latch, Duration atMost) {
    if (latch.getCount() > 0) {
      sleep(atMost);
    }
    return latch.getCount() == 0;
  }
}
