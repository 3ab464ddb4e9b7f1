package dev.sluice.runtime;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats a step on its own virtual thread until it is closed. */
public final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  private final String name;
  private final Step step;
  private final Thread thread;

  /** One iteration. */
  public interface Step {
    /** Runs one iteration and returns how long to sleep before the next. */
    Duration iterate() throws InterruptedException;
  }

  private Loop(String name, Step step) {
    this.name = name;
    this.step = step;
    thread = Thread.ofVirtual().name(name).start(this::run);
  }

  /** Starts the loop. An exception or error in a step is logged and does not end the loop. */
  public static Loop start(String name, Step step) {
    return new Loop(name, step);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(iterate());
      }
    } catch (InterruptedException e) {
      log.debug("{}: closed", name, e);
    }
  }

  private Duration iterate() throws InterruptedException {
    try {
      return step.iterate();
    } catch (RuntimeException | Error e) {
      // Otherwise the thread would end unnoticed.
      log.warn("{}: iteration failed; retrying in {} s", name, AFTER_FAILURE.toSeconds(), e);
      return AFTER_FAILURE;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
