package dev.sluice.aggregator;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells how long PostgreSQL takes for a row of campaigns whose results are written in time, over
 * all tasks of the process.
 */
final class RowTimes {
  /** A statement of a few rows takes about as long as one of so many. */
  private static final int FEW = 20;

  private final Map<UUID, Writes> lately = new HashMap<>();

  /** A campaign's last writes; each earlier one counts half as much as the next. */
  private record Writes(double results, double nanos, long atMillis) {
    static final Writes NONE = new Writes(0, 0, 0);

    Writes and(int moreResults, Duration time, long beganMillis) {
      return new Writes(
          results / 2 + Math.max(FEW, moreResults), nanos / 2 + time.toNanos(), beganMillis);
    }

    double nanosEach() {
      return nanos / results;
    }
  }

  /**
   * Records that results of a campaign were written in time.
   *
   * @param time how long PostgreSQL took for all of them
   * @param beganMillis when it began with them
   */
  synchronized void wrote(UUID campaignId, int results, Duration time, long beganMillis) {
    lately.merge(
        campaignId,
        Writes.NONE.and(results, time, beganMillis),
        (before, _) -> before.and(results, time, beganMillis));
  }

  /**
   * Returns how long a row has taken since then, if nothing held it up: a quarter of the rows took
   * no longer, so a few other slow campaigns do not pass for usual. Returns null if nothing was
   * written in time.
   */
  synchronized @Nullable Duration since(long sinceMillis, long nowMillis) {
    // A time that was set back since is over.
    List<Writes> fastestFirst =
        lately.values().stream()
            .filter(writes -> writes.atMillis() > sinceMillis && writes.atMillis() <= nowMillis)
            .sorted(Comparator.comparingDouble(Writes::nanosEach))
            .toList();
    double left = fastestFirst.stream().mapToDouble(Writes::results).sum() / 4;
    for (Writes writes : fastestFirst) {
      left -= writes.results();
      if (left <= 0) {
        return Duration.ofNanos((long) writes.nanosEach());
      }
    }
    return null;
  }

  synchronized void forget(UUID campaignId) {
    lately.remove(campaignId);
  }
}
