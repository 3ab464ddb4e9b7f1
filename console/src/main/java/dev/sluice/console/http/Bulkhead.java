package dev.sluice.console.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Places for one kind of work. Who finds none within a while is told to come again, and whoever
 * does other work does not notice.
 */
public final class Bulkhead {
  private final String full;
  private final Duration patience;
  private final Semaphore places;

  /**
   * Has so many places.
   *
   * @param patience how long somebody waits for one
   * @param full what is said to who got none
   */
  public Bulkhead(int places, Duration patience, String full) {
    this.places = new Semaphore(places, true);
    this.patience = patience;
    this.full = full;
  }

  /**
   * Does it in a place of its own.
   *
   * @throws ProblemException 429 if there is none
   */
  public <T> T run(Supplier<T> work) {
    return runIfFree(work).orElseThrow(() -> ProblemException.tooManyRequests(full));
  }

  /** Does it in a place of its own, or not at all if there is none. */
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
