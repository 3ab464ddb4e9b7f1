package dev.sluice.console.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EndPoint;

/**
 * Closes connections whose bodies do not arrive in time. Chunk extensions and trailers keep a
 * connection busy without a read ever returning, so neither idle timeouts nor readers notice.
 */
public final class Deadlines implements AutoCloseable {
  /** Idle timeouts and readers fire first, as they can still respond. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("console-deadlines").factory());

  public Deadlines() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /** A deadline; closing it cancels it. */
  record Deadline(Future<?> cut) implements AutoCloseable {
    @Override
    public void close() {
      cut.cancel(false);
    }
  }

  Deadline within(Duration patience, EndPoint connection) {
    return new Deadline(
        timer.schedule(
            () -> connection.close(new TimeoutException("the body did not come in time")),
            patience.plus(GRACE).toNanos(),
            TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
