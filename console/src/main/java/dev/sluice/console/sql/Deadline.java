package dev.sluice.console.sql;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jooq.DSLContext;

/**
 * A time by which several reads must have ended together. Each gets at most half of what is left,
 * so that those after it can be tried, too.
 */
public final class Deadline {
  private static final int SHARE = 2;

  /** Less is of no use to a statement, and PostgreSQL would take 0 ms for no limit at all. */
  private static final Duration LEAST = Duration.ofMillis(5);

  /** Longer than any read is given. */
  private static final Duration FAR = Duration.ofHours(1);

  private final long endsAt;

  private Deadline(Duration time) {
    endsAt = System.nanoTime() + time.toNanos();
  }

  /** Returns a deadline that begins now. */
  public static Deadline in(Duration time) {
    return new Deadline(time);
  }

  /** Returns one for reads that each have a time of their own, and nothing else to heed. */
  public static Deadline none() {
    return new Deadline(FAR);
  }

  /** Returns how long the next read may take; empty if the deadline is too close for another. */
  Optional<Duration> next(Duration longest) {
    Duration share = Duration.ofNanos(endsAt - System.nanoTime()).dividedBy(SHARE);
    Duration time = share.compareTo(longest) < 0 ? share : longest;
    return share.compareTo(LEAST) < 0 ? Optional.empty() : Optional.of(time);
  }

  /**
   * Does the same as {@link Briefly#read}, within the deadline; empty, without reading, if that is
   * too close.
   */
  public <T> Optional<T> read(
      DSLContext sql, Duration longest, Set<String> without, Function<DSLContext, T> work) {
    return next(longest).flatMap(time -> Briefly.read(sql, time, without, work));
  }
}
