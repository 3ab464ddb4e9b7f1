package dev.sluice.aggregator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a campaign's results come faster than its rows can be written, while results of
 * others are written in time. After an outage results are late, too, so a campaign has as long to
 * catch up as a full room takes to be written.
 */
final class Lag {
  /** Beyond the flush interval. */
  private static final Duration LATE = Duration.ofSeconds(60);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final long lateMillis;
  private @Nullable Long lateSinceMillis;
  private boolean behind;

  Lag(Duration flushInterval) {
    lateMillis = flushInterval.plus(LATE).toMillis();
  }

  /** Returns whether a result that has waited for so long is written in time. */
  boolean inTime(long ageMillis) {
    return ageMillis < lateMillis;
  }

  /**
   * Looks at how long the oldest result has waited.
   *
   * @param excused whether it waits for another reason than slow rows
   * @param othersMillis when results of any campaign were last written in time
   */
  void look(long ageMillis, boolean excused, long othersMillis, long nowMillis) {
    if (excused || inTime(ageMillis)) {
      lateSinceMillis = null;
      behind = false;
    } else if (lateSinceMillis == null) {
      lateSinceMillis = nowMillis;
    } else if (othersMillis > lateSinceMillis) {
      behind |= nowMillis - lateSinceMillis >= PATIENCE.toMillis();
    }
  }

  /** Returns whether the campaign itself is why its results are late. */
  boolean behind() {
    return behind;
  }
}
