package dev.sluice.aggregator;

import dev.sluice.runtime.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tracks for how long a campaign's writes have been refused, for example because of a lock. One
 * refusal delays it; it is stuck when none of its results could be written for a while. If it is
 * unclear whether the campaign is at fault, that while is long unless rows of others have changed
 * since: if no campaign can write, nothing is given up before there was time to fix the cause.
 */
final class Refusals {
  private static final Duration STUCK_AFTER = Duration.ofSeconds(5);

  /** Limited, because it may be the campaign's own fault, and then it takes the room of others. */
  private static final Duration STUCK_AFTER_IF_UNCLEAR = Duration.ofMinutes(5);

  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  /** Since when it has been refused, by kind: a lock is not as old as the damage before it. */
  private final Map<Fault, Long> sinceMillis = new EnumMap<>(Fault.class);

  private int inARow;
  private long retryAtMillis;
  private @Nullable String stuckBecause;
  private @Nullable Instant heldUntil;

  /**
   * Records that a flush has ended.
   *
   * @param changedMillis when rows of any campaign were last changed
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
      sinceMillis.clear();
    }
    long firstMillis = sinceMillis.computeIfAbsent(trouble.fault(), _ -> nowMillis);
    inARow++;
    retryAtMillis = nowMillis + AFTER_FAILURE.after(inARow).toMillis();
    // Decided at each refusal rather than as time passes, because the retry may have come late.
    boolean unclear = trouble.fault() == Fault.UNCLEAR && changedMillis <= firstMillis;
    Duration patience = unclear ? STUCK_AFTER_IF_UNCLEAR : STUCK_AFTER;
    if (nowMillis - firstMillis >= patience.toMillis()) {
      stuckBecause = trouble.reason();
    } else if (unclear && stuckBecause == null) {
      heldUntil = Instant.ofEpochMilli(firstMillis).plus(patience);
    }
  }

  /**
   * Returns until when its results are held at least, while it is unclear whether it is at fault;
   * else null.
   */
  @Nullable Instant heldUntil() {
    return heldUntil;
  }

  /** Returns whether the last write was refused. */
  boolean any() {
    return inARow > 0;
  }

  boolean mustWait(long nowMillis) {
    return nowMillis < retryAtMillis;
  }

  /** Returns why it is stuck, or null if it is not. */
  @Nullable String stuckBecause() {
    return stuckBecause;
  }
}
