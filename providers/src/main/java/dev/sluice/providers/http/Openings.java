package dev.sluice.providers.http;

import dev.sluice.providers.spi.Permit;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Limits how many calls get themselves a connection at the same time. If all calls of a fast sender
 * opened theirs at once, hundreds of TLS handshakes would share the processor and be late together.
 * The calls in the queue find the connections that those before them have used, and open fewer. So
 * there is no limit while the provider closes each connection after its response. The provider's
 * senders share the places fairly.
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
  private final FairPlaces places = new FairPlaces(AT_ONCE);

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
    private final AtomicReference<Runnable> leaving;

    private Place(Runnable leaving, Duration holdsUp) {
      this.leaving = new AtomicReference<>(leaving);
      this.holdsUp = holdsUp;
    }

    /** Leaves it to the next call; does nothing if it has been left. */
    void leave() {
      leaving.getAndSet(() -> {}).run();
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
   * @param permit names the sender, is told how long the call waits, and ends the wait by an
   *     exception
   */
  Place take(Permit permit) throws InterruptedIOException {
    if (!kept) {
      return new Place(() -> {}, HOLDS_UP);
    }
    FairPlaces.Ticket ticket = places.enter(permit.sender());
    boolean holds = false;
    try {
      holds = await(ticket, permit);
      return holds ? new Place(ticket::close, HOLDS_UP) : new Place(spare::release, HOLDS_UP_SPARE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted before a connection was opened");
    } finally {
      if (!holds) {
        ticket.close();
      }
    }
  }

  /** Waits and returns whether the call got a place; otherwise it got the spare one. */
  private boolean await(FairPlaces.Ticket ticket, Permit permit) throws InterruptedException {
    boolean granted = ticket.await(Duration.ZERO);
    long toldNanos = System.nanoTime();
    while (!granted && !takeSpare()) {
      granted = ticket.await(RECHECK);
      long now = System.nanoTime();
      permit.queued(Duration.ofNanos(now - toldNanos));
      toldNanos = now;
    }
    return granted;
  }

  private boolean takeSpare() {
    return idle.getAsBoolean() && spare.tryAcquire();
  }

  /** Notes whether the provider keeps a connection open after its response. */
  void kept(boolean newKept) {
    kept = newKept;
  }

  /** Returns how many calls wait for a place. */
  int waiting() {
    return places.waiting();
  }
}
