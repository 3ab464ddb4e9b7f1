package dev.sluice.console.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A bounded pool of places for one kind of work. Callers that find none free in time are refused;
 * other kinds of work are not affected.
 */
public final class Bulkhead {
  private static final String STOPPING = "The console is stopping; try again.";

  private final String full;
  private final Duration patience;
  private final Semaphore places;
  private final boolean computes;

  /**
   * Creates a pool for work that mostly waits; it runs in the caller's thread.
   *
   * @param patience how long a caller waits for a place
   * @param full the message for callers that get none
   */
  public Bulkhead(int places, Duration patience, String full) {
    this(places, patience, full, false);
  }

  private Bulkhead(int places, Duration patience, String full, boolean computes) {
    this.places = new Semaphore(places, true);
    this.patience = patience;
    this.full = full;
    this.computes = computes;
  }

  /**
   * Returns a pool for work that keeps a core busy, such as reading a file or a list. It runs on
   * platform threads, among which the operating system divides the cores. In a virtual thread it
   * would keep its carrier until it waits for something, and there is one carrier a core: while a
   * few people read lists, a pause would not even be looked at.
   */
  public static Bulkhead computing(int places, Duration patience, String full) {
    return new Bulkhead(places, patience, full, true);
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
      throw stopping();
    }
    return Optional.of(computes ? apart(work) : inPlace(work));
  }

  private <T> T inPlace(Supplier<T> work) {
    try {
      return work.get();
    } finally {
      places.release();
    }
  }

  /** The place is taken until the work ends, even if its caller no longer waits for it. */
  private <T> T apart(Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(() -> inPlace(work));
    try {
      Thread.ofPlatform().daemon().name("console work").start(task);
    } catch (Error e) {
      // The machine has no thread left.
      places.release();
      throw e;
    }
    return answer(task);
  }

  /** Waits for the result of work; what fails here fails with the exception of the work. */
  public static <T> T answer(Future<T> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case InterruptedException _ -> throw ProblemException.unavailable(STOPPING);
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      throw stopping();
    }
  }

  private static ProblemException stopping() {
    Thread.currentThread().interrupt();
    return ProblemException.unavailable(STOPPING);
  }
}
