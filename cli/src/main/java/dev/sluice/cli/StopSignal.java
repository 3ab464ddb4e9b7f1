package dev.sluice.cli;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the running work when the process is told to stop (SIGTERM, Ctrl-C), and holds the JVM's
 * end until the work has closed what it opened, each part of which is bounded in time.
 */
public final class StopSignal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StopSignal.class);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook;

  /**
   * Listens from now on.
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

  /** The work is closed; the JVM may end. */
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
