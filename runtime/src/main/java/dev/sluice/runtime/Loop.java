package dev.sluice.runtime;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats a step on a virtual thread of its own until it is closed. */
public final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  private final String name;
  private final Step step;
  private final Thread thread;

  /** One turn. */
  public interface Step {
    /** How long to rest before the next turn. */
    Duration turn() throws InterruptedException;
  }

  private Loop(String name, Step step) {
    this.name = name;
    this.step = step;
    thread = Thread.ofVirtual().name(name).start(this::run);
  }

  /** Starts it; an exception or error of a turn is logged and does not end it. */
  public static Loop start(String name, Step step) {
    return new Loop(name, step);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(turn());
      }
    } catch (InterruptedException e) {
      log.debug("{}: closed", name, e);
    }
  }

  private Duration turn() throws InterruptedException {
    try {
      return step.turn();
    } catch (RuntimeException | Error e) {
      // Nothing else would notice that this thread has ended.
      log.warn("{}: a turn failed; trying again in {} s", name, AFTER_FAILURE.toSeconds(), e);
      return AFTER_FAILURE;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
