package dev.sluice.console.suppression;

import dev.sluice.runtime.Loop;
import java.time.Duration;

/** Settles late rows in a thread of its own, a page at a time, as long as the console runs. */
public final class Upkeep implements AutoCloseable {
  /** Pause between pages, so that most of the time it uses neither the disk nor the lock. */
  private static final Duration REST = Duration.ofMillis(500);

  /** Pause between two complete scans. */
  private static final Duration LONG_REST = Duration.ofSeconds(10);

  private final Loop loop;

  public Upkeep(LateRows rows) {
    loop = Loop.start("late rows", () -> rows.settleSome() ? REST : LONG_REST);
  }

  @Override
  public void close() {
    loop.close();
  }
}
