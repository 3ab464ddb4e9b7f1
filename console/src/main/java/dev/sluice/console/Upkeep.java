package dev.sluice.console;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settles late rows in a thread of its own, a page at a time, as long as the console runs. */
final class Upkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

  /** Between pages, so that most of the time nobody's disk or lock is busy with it. */
  private static final Duration REST = Duration.ofMillis(500);

  /** Between two times through all of them, and after a failure. */
  private static final Duration LONG_REST = Duration.ofSeconds(10);

  private final LateRows rows;
  private final Thread thread;

  Upkeep(LateRows rows) {
    this.rows = rows;
    thread = Thread.ofVirtual().name("late rows").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(turn());
      }
    } catch (InterruptedException e) {
      log.debug("closed", e);
    }
  }

  private Duration turn() {
    try {
      return rows.settleSome() ? REST : LONG_REST;
    } catch (RuntimeException e) {
      // Nobody else would notice that this thread has ended.
      log.warn("cannot look for late rows", e);
      return LONG_REST;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
