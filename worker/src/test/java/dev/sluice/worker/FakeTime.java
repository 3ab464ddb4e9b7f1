package dev.sluice.worker;

import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/** Time that passes when somebody waits; its monotonic clock overflows a second after it began. */
final class FakeTime implements Ticker {
  private long nanos = Long.MAX_VALUE - 1_000_000_000;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH.plusNanos(nanos);
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
