package dev.sluice.console.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A bounded pool of places for one kind of work. Callers that find none free in time are refused;
 * other kinds of work are not affected.
 */
public final class Bulkhead {
  private final String full;
  private final Duration patience;
  private final Semaphore places;

  /**
   * Creates a pool.
   *
   * @param patience how long a caller waits for a place
   * @param full the message for callers that get none
   */
  public Bulkhead(int places, Duration patience, String full) {
    this.places = new Semaphore(places, true);
    this.patience = patience;
    this.full = full;
  }

  /**
   * Runs the work in a place.
   *
   * @throws ProblemException 429 if none becomes free in time
   */
  public <T> T run(Supplier<T> work) {
    return runIfFree(work).orElseThrow(() -> ProblemException.tooManyRequests(full));
  }

  /** Runs the work in a place; empty, without running it, if none becomes free in time. */
  public <T> Optional<T> runIfFree(Supplier<T> work) {
    try {
      if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.empty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.unavailable("The console is stopping; try again.");
    }
    try {
      return Optional.of(work.get());
    } finally {
      places.release();
    }
  }
}
