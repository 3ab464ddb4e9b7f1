package dev.sluice.local;

import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/**
 * The machine's time, which a test moves on instead of waiting for an interval to pass. Only the
 * monotonic clock moves, and waits take as long as ever.
 */
public final class HurriedTicker implements Ticker {
  private volatile long aheadNanos;

  /** Moves the clock on, to this much ahead of the machine's. */
  public void hurry(Duration ahead) {
    aheadNanos = ahead.toNanos();
  }

  @Override
  public long nanoTime() {
    return Ticker.SYSTEM.nanoTime() + aheadNanos;
  }

  @Override
  public Instant now() {
    return Ticker.SYSTEM.now();
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    Ticker.SYSTEM.sleep(time);
  }

  @Override
  public boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
    return Ticker.SYSTEM.await(latch, atMost);
  }
}
