package dev.sluice.aggregator;

import dev.sluice.runtime.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a campaign has been refused, by a lock for instance. One refusal delays it; it is stuck
 * when nothing of it could be written for a while.
 */
final class Refusals {
  private static final Duration STUCK_AFTER = Duration.ofSeconds(5);
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  private int inARow;
  private long firstMillis;
  private long retryAtMillis;
  private @Nullable String stuckBecause;

  /** A flush has ended. */
  void take(Flush.Outcome outcome, long nowMillis) {
    Flush.Trouble trouble = outcome.trouble();
    boolean moved = !outcome.written().isEmpty() || !outcome.refused().isEmpty();
    if (trouble == null || moved) {
      stuckBecause = null;
      inARow = 0;
    }
    if (trouble == null || trouble.fault() == Fault.AWAY) {
      // An unavailable database says nothing about the campaign.
      inARow = 0;
      retryAtMillis = 0;
      return;
    }
    if (inARow == 0 && stuckBecause == null) {
      firstMillis = nowMillis;
    }
    inARow++;
    retryAtMillis = nowMillis + AFTER_FAILURE.after(inARow).toMillis();
    // Looked at when it is refused, not as time goes by: its turn may have been late.
    if (nowMillis - firstMillis >= STUCK_AFTER.toMillis()) {
      stuckBecause = trouble.reason();
    }
  }

  /** Whether the last write was refused. */
  boolean any() {
    return inARow > 0;
  }

  boolean mustWait(long nowMillis) {
    return nowMillis < retryAtMillis;
  }

  /** Why it is stuck, or null if it is not. */
  @Nullable String stuckBecause() {
    return stuckBecause;
  }
}
