package dev.sluice.aggregator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a campaign's results come faster than its rows can be written: they are late while
 * others' are written in time, and each of its rows takes several times as long as theirs. Being
 * late alone says nothing: after an outage, or behind others in the queue, results of a healthy
 * campaign are late, too. Slow rows alone say nothing either: all are slow if the database is.
 */
final class Lag {
  /** Beyond the flush interval. */
  private static final Duration LATE = Duration.ofSeconds(20);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int TIMES_OTHERS = 5;

  /** Up to that, a thousand rows a second are written. Usual rows take a fifteenth of it. */
  private static final Duration FAST_ROW = Duration.ofMillis(1);

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
   * Checks how long the oldest result has waited.
   *
   * @param excused whether it waits for another reason than slow rows
   * @param rowTimes how fast others' results are written in time
   */
  void check(long ageMillis, boolean excused, RowTimes rowTimes, long nowMillis) {
    if (excused || inTime(ageMillis)) {
      sinceMillis = null;
      behind = false;
    } else if (sinceMillis == null) {
      beginAt(nowMillis);
    } else if (nowMillis - sinceMillis >= PATIENCE.toMillis() && took.compareTo(ENOUGH) >= 0) {
      Duration others = rowTimes.since(sinceMillis, nowMillis);
      if (others != null) {
        behind = took.compareTo(slowRow(others).multipliedBy(written)) > 0;
        beginAt(nowMillis);
      }
    }
  }

  private static Duration slowRow(Duration others) {
    Duration slow = others.multipliedBy(TIMES_OTHERS);
    return slow.compareTo(FAST_ROW) > 0 ? slow : FAST_ROW;
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
