package dev.sluice.aggregator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a campaign's results come faster than its rows can be written: they are late while
 * others' are written in time, and each of its rows takes long. Being late alone says nothing:
 * after an outage, or behind others in the queue, results of a healthy campaign are late, too.
 */
final class Lag {
  /** Beyond the flush interval. */
  private static final Duration LATE = Duration.ofSeconds(20);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Usual rows take a fiftieth of that. */
  private static final Duration SLOW_ROW = Duration.ofMillis(3);

  /** The time that PostgreSQL must have spent on them, as single statements say little. */
  private static final Duration ENOUGH = Duration.ofSeconds(1);

  private final long lateMillis;
  private @Nullable Long sinceMillis;
  private Duration took = Duration.ZERO;
  private int written;
  private boolean behind;

  Lag(Duration flushInterval) {
    lateMillis = flushInterval.plus(LATE).toMillis();
  }

  /** Returns whether a result that has waited for so long is written in time. */
  boolean inTime(long ageMillis) {
    return ageMillis < lateMillis;
  }

  /** Records how long PostgreSQL took for how many results. */
  void wrote(int results, Duration time) {
    written += results;
    took = took.plus(time);
  }

  /**
   * Looks at how long the oldest result has waited.
   *
   * @param excused whether it waits for another reason than slow rows
   * @param othersMillis when results of any campaign were last written in time
   */
  void look(long ageMillis, boolean excused, long othersMillis, long nowMillis) {
    if (excused || inTime(ageMillis)) {
      sinceMillis = null;
      behind = false;
    } else if (sinceMillis == null) {
      beginAt(nowMillis);
    } else if (nowMillis - sinceMillis >= PATIENCE.toMillis()
        && othersMillis > sinceMillis
        && took.compareTo(ENOUGH) >= 0) {
      behind = took.compareTo(SLOW_ROW.multipliedBy(written)) > 0;
      beginAt(nowMillis);
    }
  }

  private void beginAt(long nowMillis) {
    sinceMillis = nowMillis;
    took = Duration.ZERO;
    written = 0;
  }

  /** Returns whether the campaign itself is why its results are late. */
  boolean behind() {
    return behind;
  }
}
