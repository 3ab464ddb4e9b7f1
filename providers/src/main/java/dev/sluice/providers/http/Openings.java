package dev.sluice.providers.http;

import dev.sluice.providers.spi.Permit;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many calls get themselves a connection at the same time. If all calls of a fast sender
 * opened theirs at once, hundreds of TLS handshakes would share the processor and be late together.
 * The calls in the queue find the connections that those before them have used, and open fewer. So
 * there is no limit while the provider closes each connection after its response.
 */
final class Openings {
  /** If a connection takes 100 ms to open, this opens 320 a second. */
  static final int AT_ONCE = 32;

  /** A call that takes longer to get its connection no longer holds up those behind it. */
  static final Duration HOLDS_UP = Duration.ofSeconds(1);

  /** How often calls in the queue check whether they may pass. */
  private static final Duration RECHECK = Duration.ofMillis(50);

  /** How long getting an idle connection takes at most, unless another call has got it. */
  private static final Duration HOLDS_UP_SPARE = Duration.ofMillis(50);

  private final BooleanSupplier idle;
  private final Semaphore places = new Semaphore(AT_ONCE, true);

  /**
   * A place for one call that sees an idle connection while all others wait for new ones. If
   * another call is faster, it opens one, too.
   */
  private final Semaphore spare = new Semaphore(1);

  private volatile boolean kept = true;

  /**
   * Creates the limit.
   *
   * @param idle returns whether there is a connection that no call uses
   */
  Openings(BooleanSupplier idle) {
    this.idle = idle;
  }

  /** The place of a call that gets itself a connection; it is left at most once. */
  static final class Place {
    private final long sinceNanos = System.nanoTime();
    private final Duration holdsUp;
    private @Nullable Semaphore from;

    private Place(@Nullable Semaphore from, Duration holdsUp) {
      this.from = from;
      this.holdsUp = holdsUp;
    }

    /** Leaves it to the next call; does nothing if it has been left. */
    synchronized void leave() {
      if (from != null) {
        from.release();
        from = null;
      }
    }

    /** Leaves it if the call has had it for too long. */
    void leaveIfLate(long nowNanos) {
      if (nowNanos - sinceNanos >= holdsUp.toNanos()) {
        leave();
      }
    }
  }

  /**
   * Waits for a place.
   *
   * @param permit is told how long the call waits, and ends the wait by an exception
   */
  Place take(Permit permit) throws InterruptedIOException {
    if (!kept) {
      return new Place(null, HOLDS_UP);
    }
    try {
      if (places.tryAcquire(0, TimeUnit.NANOSECONDS)) {
        return new Place(places, HOLDS_UP);
      }
      Place place = takeSpare();
      return place == null ? queue(permit) : place;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted before a connection was opened");
    }
  }

  private Place queue(Permit permit) throws InterruptedException {
    long toldNanos = System.nanoTime();
    while (true) {
      boolean taken = places.tryAcquire(RECHECK.toNanos(), TimeUnit.NANOSECONDS);
      Place place = taken ? new Place(places, HOLDS_UP) : takeSpare();
      long now = System.nanoTime();
      boolean wanted = false;
      try {
        permit.queued(Duration.ofNanos(now - toldNanos));
        wanted = true;
      } finally {
        if (!wanted && place != null) {
          place.leave();
        }
      }
      toldNanos = now;
      if (place != null) {
        return place;
      }
    }
  }

  private @Nullable Place takeSpare() {
    return idle.getAsBoolean() && spare.tryAcquire() ? new Place(spare, HOLDS_UP_SPARE) : null;
  }

  /** Notes whether the provider keeps a connection open after its response. */
  void kept(boolean newKept) {
    kept = newKept;
  }

  /** Returns how many calls wait for a place. */
  int waiting() {
    return places.getQueueLength();
  }
}
