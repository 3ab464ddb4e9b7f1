package dev.sluice.local;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A start that was expected to fail, in a group of threads of its own, so that those that it left
 * running are told from those of tests beside it.
 *
 * @param failure what it failed with; null if it did not
 */
public record FailedStart(@Nullable Exception failure, ThreadGroup group) {
  /**
   * Calls this and waits until it has failed.
   *
   * @throws InterruptedException if the caller is interrupted meanwhile
   */
  public static FailedStart of(Callable<?> start) throws InterruptedException {
    ThreadGroup group = new ThreadGroup("start");
    Exception[] failure = new Exception[1];
    Thread.ofPlatform()
        .group(group)
        .start(() -> {
          try {
            start.call();
          } catch (Exception e) {
            failure[0] = e;
          }
        })
        .join();
    return new FailedStart(failure[0], group);
  }

  /** Returns the names of the threads that it started and that still run. */
  public List<String> threads() {
    // The number is an estimate, and what does not fit is left out.
    Thread[] running = new Thread[2 * group.activeCount() + 10];
    group.enumerate(running);
    return Arrays.stream(running).filter(Objects::nonNull).map(Thread::getName).toList();
  }
}
