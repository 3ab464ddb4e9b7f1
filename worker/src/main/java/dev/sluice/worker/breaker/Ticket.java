package dev.sluice.worker.breaker;

import java.time.Duration;

/** One send, as tracked by a {@link CircuitBreaker}. */
public final class Ticket {
  private final Period period;
  private long number = -1;
  private long launchedNanos;
  private boolean ended;
  private boolean overdue;

  Ticket(Period period) {
    this.period = period;
  }

  Period period() {
    return period;
  }

  void launched(long newNumber, long nowNanos) {
    number = newNumber;
    launchedNanos = nowNanos;
  }

  boolean isLaunched() {
    return number >= 0;
  }

  /** Returns its place among the launched ones of its period; -1 if it is not launched. */
  long number() {
    return number;
  }

  long launchedNanos() {
    return launchedNanos;
  }

  void end() {
    ended = true;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Its missing response counts as a doubt from now on, and what comes later does not count. */
  void overdue() {
    overdue = true;
  }

  boolean isOverdue() {
    return overdue;
  }

  /** Returns whether it has been out for this much longer than usual. */
  boolean isLate(Duration by, long usualNanos, long nowNanos) {
    return nowNanos - launchedNanos > usualNanos + by.toNanos();
  }
}
