package dev.sluice.console.notification;

import java.time.Duration;

/** An event that is being posted, possibly several times. */
final class Delivery {
  private final Notification notification;
  private final Retries retries;
  private long dueNanos;

  Delivery(Notification notification, Retries retries, long nowNanos) {
    this.notification = notification;
    this.retries = retries;
    dueNanos = nowNanos;
  }

  Notification notification() {
    return notification;
  }

  Retries retries() {
    return retries;
  }

  void rest(Duration wait, long nowNanos) {
    dueNanos = nowNanos + wait.toNanos();
  }

  /** Returns the wait before it is posted next; zero or less if it is due. */
  Duration untilDue(long nowNanos) {
    return Duration.ofNanos(dueNanos - nowNanos);
  }
}
