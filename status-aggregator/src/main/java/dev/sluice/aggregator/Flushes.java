package dev.sluice.aggregator;

import dev.sluice.schema.Reasons;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Runs flushes off the stream threads, a bounded number at a time. Flushes of campaigns whose
 * previous one failed get at most half of the places, because they may wait for locks and must not
 * delay others.
 */
final class Flushes {
  private final StatusStatement statement;
  private final FlushMeters meters;
  private final Executor executor;
  private final Semaphore places;
  private final Semaphore placesAgain;

  /**
   * Creates a runner on the given executor.
   *
   * @param atOnce the most concurrent writes, at least 2
   */
  Flushes(StatusStatement statement, Executor executor, int atOnce, MeterRegistry meters) {
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
      return flush.again() ? within(placesAgain, () -> inPlace(flush)) : inPlace(flush);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return flush.failed("the service stops");
    } catch (Throwable e) {
      // Errors too: without an outcome the campaign would wait for this flush until a restart.
      return flush.failed(Reasons.of(e));
    }
  }

  private Flush.Outcome inPlace(Flush flush) throws InterruptedException {
    return within(places, () -> meters.measured(() -> flush.run(statement)));
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
