package dev.sluice.cli;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies the running work of a stop signal (SIGTERM, Ctrl-C) and delays the JVM's exit until the
 * work has closed its resources, each within a time limit.
 */
public final class StopSignal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StopSignal.class);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook;

  /**
   * Starts listening for the signal.
   *
   * @param onSignal makes the work end soon; called on another thread
   */
  public StopSignal(Runnable onSignal) {
    hook =
        new Thread(
            () -> {
              onSignal.run();
              try {
                closed.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Reports that the work is closed, so that the JVM may exit. */
  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyStopping) {
      log.debug("stopping by signal", alreadyStopping);
    }
  }
}
