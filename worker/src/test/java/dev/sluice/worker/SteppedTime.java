package dev.sluice.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Fake time that threads share with the test. One of them runs at a time, each until it waits;
 * while the test's own thread waits, the threads whose waits end earlier run.
 */
final class SteppedTime extends FakeTime {
  private final PriorityQueue<Stepped> waiting = new PriorityQueue<>(SteppedTime::compare);
  private final Semaphore back = new Semaphore(0);
  private final List<Stepped> atLatches = new ArrayList<>();
  private @Nullable Stepped running;
  private @Nullable Throwable failure;
  private long started;

  private final class Stepped {
    private final Semaphore turn = new Semaphore(0);
    private final long number = started++;
    private final Thread thread;
    private long dueNanos = nanoTime();
    private @Nullable CountDownLatch latch;

    Stepped(Runnable task) {
      thread =
          Thread.ofVirtual()
              .start(() -> {
                turn.acquireUninterruptibly();
                try {
                  task.run();
                } catch (Throwable e) {
                  failure = e;
                } finally {
                  back.release();
                }
              });
    }

    private void waitFor(Duration wait) {
      dueNanos = nanoTime() + wait.toNanos();
      waiting.add(this);
      back.release();
      turn.acquireUninterruptibly();
    }
  }

  /** Compares by difference, because the clock overflows. */
  private static int compare(Stepped one, Stepped other) {
    int byTime = Long.signum(one.dueNanos - other.dueNanos);
    return byTime == 0 ? Long.compare(one.number, other.number) : byTime;
  }

  /** Starts a thread, which runs when the test's own thread waits. */
  Thread start(Runnable task) {
    Stepped thread = new Stepped(task);
    waiting.add(thread);
    return thread.thread;
  }

  @Override
  public void sleep(Duration wait) {
    if (running != null) {
      running.waitFor(wait);
      return;
    }
    long end = nanoTime() + wait.toNanos();
    for (Stepped next = next(); next != null && next.dueNanos - end <= 0; next = next()) {
      waiting.remove();
      super.sleep(Duration.ofNanos(Math.max(0, next.dueNanos - nanoTime())));
      run(next);
    }
    super.sleep(Duration.ofNanos(end - nanoTime()));
  }

  private @Nullable Stepped next() {
    for (Stepped thread : atLatches) {
      if (thread.latch != null && thread.latch.getCount() == 0 && waiting.remove(thread)) {
        thread.dueNanos = nanoTime();
        waiting.add(thread);
      }
    }
    return waiting.peek();
  }

  private void run(Stepped thread) {
    running = thread;
    thread.turn.release();
    back.acquireUninterruptibly();
    running = null;
    if (failure != null) {
      throw new AssertionError("a thread failed", failure);
    }
  }

  @Override
  public boolean await(CountDownLatch latch, Duration atMost) {
    Stepped self = running;
    if (self == null) {
      return super.await(latch, atMost);
    }
    long end = nanoTime() + atMost.toNanos();
    self.latch = latch;
    atLatches.add(self);
    while (latch.getCount() > 0 && end - nanoTime() > 0) {
      self.waitFor(Duration.ofNanos(end - nanoTime()));
    }
    atLatches.remove(self);
    return latch.getCount() == 0;
  }
}
