package dev.sluice.aggregator;

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
 * Runs flushes off the stream threads, a bounded number at a time. Flushes of campaigns whose
 * previous one failed or was slow get at most half of the places, because they may wait for locks
 * and must not delay others.
 */
final class Flushes {
  /** Most flushes take milliseconds. */
  private static final Duration SLOW = Duration.ofSeconds(2);

  private final StatusStatement statement;
  private final FlushMeters meters;
  private final Executor executor;
  private final Semaphore places;
  private final Semaphore placesAgain;
  private final InstantSource steady;
  private final Set<UUID> slow = ConcurrentHashMap.newKeySet();

  /**
   * Creates a runner on the given executor.
   *
   * @param atOnce the most concurrent writes, at least 2
   * @param steady tells how long writes take
   */
  Flushes(
      StatusStatement statement,
      Executor executor,
      int atOnce,
      InstantSource steady,
      MeterRegistry meters) {
    this.steady = steady;
    this.statement = statement;
    this.meters = new FlushMeters(meters);
    this.executor = executor;
    this.places = new Semaphore(atOnce, true);
    this.placesAgain = new Semaphore(atOnce / 2, true);
  }

  /** Starts a flush; {@code done} receives its outcome on the thread that ran it. */
  void start(Flush flush, Consumer<Flush.Outcome> done) {
    executor.execute(() -> done.accept(run(flush)));
  }

  private Flush.Outcome run(Flush flush) {
    try {
      return flush.again() || slow.contains(flush.campaignId())
          ? within(placesAgain, () -> inPlace(flush))
          : inPlace(flush);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return flush.failed("the service stops");
    } catch (Throwable e) {
      // Errors too: without an outcome the campaign would wait for this flush until a restart.
      return flush.failed(Reasons.of(e));
    }
  }

  private Flush.Outcome inPlace(Flush flush) throws InterruptedException {
    return within(places, () -> timed(flush));
  }

  private Flush.Outcome timed(Flush flush) {
    Instant begun = steady.instant();
    try {
      return meters.measured(() -> flush.run(statement));
    } finally {
      if (begun.plus(SLOW).isBefore(steady.instant())) {
        slow.add(flush.campaignId());
      } else {
        slow.remove(flush.campaignId());
      }
    }
  }

  private static Flush.Outcome within(Semaphore bound, Work work) throws InterruptedException {
    bound.acquire();
    try {
      return work.run();
    } finally {
      bound.release();
    }
  }

  private interface Work {
    Flush.Outcome run() throws InterruptedException;
  }
}
