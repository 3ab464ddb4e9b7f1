package dev.sluice.runtime;

import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a service's usual work once, without side effects, before the service reports ready. It
 * opens connections and loads classes; without it the first campaign would start a second late and
 * unevenly.
 */
public final class WarmUp implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  /** With the waits between them, 15 s, these end soon: the service is not ready meanwhile. */
  private static final int TRIES = 5;

  private static final Backoff WAIT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15));

  private final String component;
  private final Health health;
  private final int tries;
  private final Ticker ticker;
  private final Runnable work;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;

  private WarmUp(String name, Health health, int tries, Ticker ticker, Runnable work) {
    component = name + " warm-up";
    this.health = health;
    this.tries = tries;
    this.ticker = ticker;
    this.work = work;
    health.starting(component);
    thread = Thread.ofVirtual().name(component).unstarted(this::run);
  }

  /**
   * Runs the work in the background. A failure stops nobody and is logged once: the code that needs
   * the unreachable server reports it.
   *
   * @param name shown as starting in the service's health until the work has ended
   */
  public static void of(String name, Health health, Runnable work) {
    new WarmUp(name, health, 1, Ticker.SYSTEM, work).thread.start();
  }

  /**
   * Runs the work in the background, up to five times until it succeeds. After that the service is
   * ready nonetheless, and it is logged that it is cold. Closing it interrupts the work.
   *
   * @param name shown as starting in the service's health until the work has ended
   */
  public static WarmUp repeated(String name, Health health, Ticker ticker, Runnable work) {
    WarmUp warmUp = new WarmUp(name, health, TRIES, ticker, work);
    warmUp.thread.start();
    return warmUp;
  }

  private void run() {
    try {
      for (int failures = 1; failed(failures); failures++) {
        if (failures == tries || ticker.await(stopping, WAIT.after(failures))) {
          return;
        }
      }
    } catch (InterruptedException e) {
      log.debug("{}: closed", component, e);
    } finally {
      health.working(component);
    }
  }

  /** Does the work; returns whether it failed, for the given number of times then. */
  private boolean failed(int failures) {
    try {
      work.run();
      if (failures > 1) {
        log.info("{} ended with try {}", component, failures);
      }
      return false;
    } catch (RuntimeException e) {
      if (stopping.getCount() > 0) {
        tell(failures, e);
      }
      return true;
    }
  }

  private void tell(int failures, RuntimeException e) {
    String reason = Reasons.of(e.getCause() == null ? e : e.getCause());
    if (failures == tries) {
      log.info("{} failed, so that the first work will be slow: {}", component, reason);
    } else if (failures == 1) {
      log.info("{} failed and is repeated: {}", component, reason);
    }
    log.debug("{} failed", component, e);
  }

  @Override
  public void close() {
    stopping.countDown();
    thread.interrupt();
  }
}
