package dev.sluice.benchmark.simulation;

import java.util.concurrent.Semaphore;

/** A thread of a simulated process. It runs only while the kernel waits for it. */
final class Fiber {
  private final Kernel kernel;
  private final SimProcess process;
  private final Semaphore turn = new Semaphore(0);
  private final Thread thread;

  /** Numbers the waits, so that a late wake-up does not end a later wait. */
  private long wait;

  private boolean waiting = true;

  /** Unwinds a fiber of a killed process; what the process does then has no effect. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;

    Killed() {
      super("killed", null, false, false);
    }
  }

  Fiber(Kernel kernel, SimProcess process, Runnable task) {
    this.kernel = kernel;
    this.process = process;
    thread = Thread.ofVirtual().start(() -> live(task));
    kernel.at(kernel.nowNanos(), () -> wake(0));
  }

  Thread thread() {
    return thread;
  }

  private void live(Runnable task) {
    turn.acquireUninterruptibly();
    try {
      process.requireAlive();
      task.run();
    } catch (Killed e) {
      // as intended
    } catch (Throwable e) {
      kernel.failed(e);
    } finally {
      process.ended(this);
      kernel.yieldToKernel();
    }
  }

  /** Returns a wake-up of its next wait, which does nothing once that has ended. */
  Runnable nextWakeUp() {
    long ticket = wait + 1;
    return () -> wake(ticket);
  }

  /** Waits until a time, or until it is woken earlier. */
  void waitUntil(long nanos) {
    long ticket = ++wait;
    kernel.at(nanos, () -> wake(ticket));
    waiting = true;
    kernel.yieldToKernel();
    turn.acquireUninterruptibly();
    process.requireAlive();
  }

  /** Ends it after its process was killed. */
  void unwind() {
    if (waiting) {
      waiting = false;
      kernel.run(this, turn);
    }
  }

  /** Ends its current wait. */
  void wake() {
    long ticket = wait;
    kernel.at(kernel.nowNanos(), () -> wake(ticket));
  }

  private void wake(long ticket) {
    if (ticket != wait || !waiting) {
      return;
    }
    if (process.frozen()) {
      process.whenThawed(() -> wake(ticket));
      return;
    }
    waiting = false;
    kernel.run(this, turn);
    process.wakeReleased();
  }
}
