package dev.sluice.aggregator;

import dev.sluice.aggregator.rows.ResultRows;
import dev.sluice.schema.Reasons;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Runs flushes off the stream threads, a bounded number at a time, and as many additional ones of
 * campaigns whose previous flush failed or was slow. These may wait for locks, and so delay no
 * others. If the database is slow for everyone, all campaigns have as many places as usual.
 */
final class Flushes {
  /** Most flushes take milliseconds. */
  private static final Duration SLOW = Duration.ofSeconds(2);

  private final ResultRows rows;
  private final FlushMeters meters;
  private final Executor executor;
  private final Semaphore places;
  private final Semaphore suspectsPlaces;
  private final InstantSource steady;
  private final Set<UUID> slow = ConcurrentHashMap.newKeySet();

  /**
   * Creates a runner on the given executor.
   *
   * @param atOnce the most concurrent writes, and the most additional ones of suspects
   * @param steady tells how long writes take
   */
  Flushes(
      ResultRows rows, Executor executor, int atOnce, InstantSource steady, MeterRegistry meters) {
    this.steady = steady;
    this.rows = rows;
    this.meters = new FlushMeters(meters);
    this.executor = executor;
    this.places = new Semaphore(atOnce, true);
    this.suspectsPlaces = new Semaphore(atOnce, true);
  }

  /** Starts a flush; {@code done} receives its outcome on the thread that ran it. */
  void start(Flush flush, Consumer<Flush.Outcome> done) {
    executor.execute(() -> done.accept(run(flush)));
  }

  private Flush.Outcome run(Flush flush) {
    boolean suspect = flush.again() || slow.contains(flush.campaignId());
    Semaphore place = suspect ? suspectsPlaces : places;
    try {
      place.acquire();
      try {
        return timed(flush);
      } finally {
        place.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return flush.failed("the service stops");
    } catch (Throwable e) {
      // Errors too: without an outcome the campaign would wait for this flush until a restart.
      return flush.failed(Reasons.of(e));
    }
  }

  private Flush.Outcome timed(Flush flush) {
    Instant begun = steady.instant();
    Flush.Outcome outcome = meters.measured(() -> flush.run(rows));
    Duration took = Duration.between(begun, steady.instant());
    if (took.compareTo(SLOW) > 0) {
      slow.add(flush.campaignId());
    } else {
      slow.remove(flush.campaignId());
    }
    return outcome.after(took);
  }
}
