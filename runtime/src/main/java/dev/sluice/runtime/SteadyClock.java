package dev.sluice.runtime;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The time at its creation plus what the monotonic clock has counted since: for waits, which must
 * not become an hour longer because somebody sets the machine's clock.
 */
public final class SteadyClock implements InstantSource {
  private final Ticker ticker;
  private final Instant origin;
  private final long originNanos;

  public SteadyClock(Ticker ticker) {
    this.ticker = ticker;
    origin = ticker.now();
    originNanos = ticker.nanoTime();
  }

  @Override
  public Instant instant() {
    return origin.plusNanos(ticker.nanoTime() - originNanos);
  }
}
