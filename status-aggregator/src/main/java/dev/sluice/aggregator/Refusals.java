package dev.sluice.aggregator;

import dev.sluice.runtime.Backoff;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a campaign has been refused, by a lock for instance. One refusal delays it; it is stuck
 * when nothing of it could be written for a while. Where it is unclear whose fault that is, the
 * while is long unless others' rows have changed since: if nobody's can, nothing is given up before
 * there was time to mend it.
 */
final class Refusals {
  private static final Duration STUCK_AFTER = Duration.ofSeconds(5);

  /** Bounded, because it may be the campaign's own fault, and then it takes the room of others. */
  private static final Duration STUCK_AFTER_IF_UNCLEAR = Duration.ofMinutes(5);

  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  private int inARow;
  private long firstMillis;
  private long retryAtMillis;
  private @Nullable String stuckBecause;
  private @Nullable Instant heldUntil;

  /**
   * A flush has ended.
   *
   * @param changedMillis when rows of any campaign have changed last
   */
  void take(Flush.Outcome outcome, long nowMillis, long changedMillis) {
    heldUntil = null;
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
    boolean unclear = trouble.fault() == Fault.UNCLEAR && changedMillis <= firstMillis;
    Duration patience = unclear ? STUCK_AFTER_IF_UNCLEAR : STUCK_AFTER;
    if (nowMillis - firstMillis >= patience.toMillis()) {
      stuckBecause = trouble.reason();
    } else if (unclear && stuckBecause == null) {
      heldUntil = Instant.ofEpochMilli(firstMillis).plus(patience);
    }
  }

  /** Until when its results are held at least, whoever's fault it is; null if that is known. */
  @Nullable Instant heldUntil() {
    return heldUntil;
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
