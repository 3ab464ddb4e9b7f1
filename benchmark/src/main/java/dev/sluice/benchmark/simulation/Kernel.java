package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Simulated time, and the order of all events in it. Threads of simulated processes are {@link
 * Fiber}s: exactly one of them or the kernel runs at any time, so that a run depends only on its
 * seed.
 */
final class Kernel {
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Semaphore back = new Semaphore(0);
  private final RandomGenerator random;
  private final @Nullable Consumer<String> trace;
  private long nowNanos;
  private long sequence;
  private @Nullable Fiber running;
  private @Nullable Throwable failure;
  private Runnable afterEachStep = () -> {};

  private record Event(long atNanos, long sequence, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime == 0 ? Long.compare(sequence, other.sequence) : byTime;
    }
  }

  Kernel(long seed, @Nullable Consumer<String> trace) {
    this.trace = trace;
    random = new SplittableRandom(seed);
  }

  RandomGenerator random() {
    return random;
  }

  /** Records an event for people to read. */
  void trace(Supplier<String> event) {
    if (trace != null) {
      trace.accept("%9.3f %s".formatted(nowNanos / 1e9, event.get()));
    }
  }

  /** Returns a random duration between two bounds, ns. */
  long between(Duration least, Duration most) {
    return random.nextLong(least.toNanos(), most.toNanos() + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Returns the simulated time since the run began, ns. */
  long nowNanos() {
    return nowNanos;
  }

  void at(long nanos, Runnable action) {
    events.add(new Event(Math.max(nanos, nowNanos), sequence++, action));
  }

  void after(Duration wait, Runnable action) {
    at(nowNanos + wait.toNanos(), action);
  }

  /** Repeats an action, beginning now. */
  void every(Duration interval, Runnable action) {
    action.run();
    after(interval, () -> every(interval, action));
  }

  /** Sets what is checked after each event. */
  void afterEachStep(Runnable check) {
    afterEachStep = check;
  }

  /** Returns the number of events so far. */
  long steps() {
    return sequence - events.size();
  }

  /** Runs the next event. */
  void step() {
    Event next = events.remove();
    nowNanos = next.atNanos();
    next.action().run();
    afterEachStep.run();
    if (failure != null) {
      throw failure instanceof Violation violation
          ? violation
          : new Violation("a thread failed: " + failure, failure);
    }
  }

  /** Returns the running fiber. */
  Fiber running() {
    if (running == null) {
      throw new IllegalStateException("no simulated thread runs");
    }
    return running;
  }

  /** Lets a fiber run until it waits or ends. */
  void run(Fiber fiber, Semaphore turn) {
    running = fiber;
    turn.release();
    back.acquireUninterruptibly();
    running = null;
  }

  /** Returns from a fiber to the kernel. */
  void yieldToKernel() {
    back.release();
  }

  /** Records a violation that is thrown where a service might survive it. */
  Violation violated(Violation violation) {
    failed(violation);
    return violation;
  }

  void failed(Throwable cause) {
    failure = failure == null ? cause : failure;
  }
}
