package dev.sluice.worker.pacing;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a lane's next send may pass: the generic cell rate algorithm, twice. By the first limit
 * sends follow the rate, and up to a second of lost time may be made up; by the other they are
 * evenly spaced, a little faster than the rate (or 10 ms of it at once if that is more than one
 * send). In addition, {@link SlidingWindow} limits what passes in any second. A new lane waits for
 * its first time slot, because its last owner may have sent a moment ago.
 *
 * <p>Sends pass one at a time; another thread may change the rate.
 */
final class Pace {
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * How much closer than the rate sends may follow each other. One in a hundred was too little to
   * make up for what lanes lost between slow transactions on a busy machine.
   */
  private static final double SPACING = 1.05;

  /**
   * How much of the rate may pass at once; one send up to 100/s. Longer bursts load the provider
   * unevenly; with shorter ones a fast lane needs threads that awaken on time, each time.
   */
  private static final double BURST_SECONDS = 0.01;

  private static final double SHORTEST_NANOS = 1;
  private static final double LONGEST_NANOS = 1e15;

  /** How often a long wait is recalculated, because the rate may have changed. */
  private static final long RECHECK_NANOS = Duration.ofMillis(250).toNanos();

  private final LongSupplier clock;
  private final SlidingWindow second = new SlidingWindow();
  private double permitsPerSecond;
  private double intervalNanos;

  /** When the next send is due by the rate; in the past if time was lost. */
  private long dueNanos;

  /** When the next send is due by the spacing; a burst may pass before it. */
  private long spacedNanos;

  Pace(double permitsPerSecond, LongSupplier clock) {
    this.clock = clock;
    this.permitsPerSecond = permitsPerSecond;
    intervalNanos = interval(permitsPerSecond);
    dueNanos = clock.getAsLong() + (long) intervalNanos;
    spacedNanos = dueNanos;
  }

  private static double interval(double permitsPerSecond) {
    return Math.clamp(SECOND_NANOS / permitsPerSecond, SHORTEST_NANOS, LONGEST_NANOS);
  }

  /** Changes the rate. Time waited so far counts. */
  synchronized void setRate(double newPermitsPerSecond) {
    if (newPermitsPerSecond == permitsPerSecond) {
      return;
    }
    long now = clock.getAsLong();
    double newInterval = interval(newPermitsPerSecond);
    dueNanos = stretched(dueNanos, now, newInterval / intervalNanos);
    spacedNanos = stretched(spacedNanos, now, newInterval / intervalNanos);
    permitsPerSecond = newPermitsPerSecond;
    intervalNanos = newInterval;
  }

  private static long stretched(long atNanos, long nowNanos, double factor) {
    long left = atNanos - nowNanos;
    return left <= 0 ? atNanos : nowNanos + (long) (left * factor);
  }

  /** Forgoes making up the time lost so far. */
  synchronized void forgive() {
    long now = clock.getAsLong();
    dueNanos = later(dueNanos, now);
  }

  /**
   * Returns how many more sends may pass within the given time. Lost time adds to them only up to
   * the spacing: it is made up slowly, and never by a small lane.
   */
  synchronized long room(Duration ahead) {
    long now = clock.getAsLong();
    long until = now + ahead.toNanos();
    return Math.min(
        slots(later(dueNanos, now - SECOND_NANOS), until, intervalNanos),
        slots(later(spacedNanos, now) - burstNanos(), until, spacingNanos()));
  }

  private static long slots(long firstNanos, long untilNanos, double everyNanos) {
    long left = untilNanos - firstNanos;
    return left < 0 ? 0 : 1 + (long) (left / everyNanos);
  }

  /** Lets a send pass and returns 0, or returns how long to wait before asking again, ns. */
  synchronized long tryPass() {
    long wait = waitNanos();
    if (wait == 0) {
      pass();
    }
    return wait;
  }

  /** Returns how long so many sends take at least, as long as lost time is made up. */
  synchronized long leastNanos(long sends) {
    return (long) (sends * spacingNanos());
  }

  private long waitNanos() {
    long now = clock.getAsLong();
    long slot = later(dueNanos, spacedNanos - burstNanos());
    long wait = slot - now > 0 ? slot - now : second.waitNanos(permitsPerSecond, now);
    return Math.min(wait, RECHECK_NANOS);
  }

  private double spacingNanos() {
    return intervalNanos / SPACING;
  }

  /** Returns how long before its evenly spaced time a send may pass. */
  private long burstNanos() {
    long burst = (long) (Math.max(1, permitsPerSecond * BURST_SECONDS) - 1);
    return (long) (burst * spacingNanos());
  }

  private void pass() {
    long now = clock.getAsLong();
    dueNanos = later(dueNanos, now - SECOND_NANOS) + (long) intervalNanos;
    spacedNanos = later(spacedNanos, now) + (long) spacingNanos();
    second.add(now);
  }

  /** Compare by difference, because nanoTime may overflow. */
  private static long later(long one, long other) {
    return one - other >= 0 ? one : other;
  }
}
