package dev.sluice.benchmark.simulation;

import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A simulated process with its own clocks, which can be frozen and killed. */
final class SimProcess {
  static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

  private final String name;
  private final Kernel kernel;
  private final long nanoOrigin;
  private final Set<Fiber> fibers = new LinkedHashSet<>();
  private final Map<Fiber, CountDownLatch> awaited = new LinkedHashMap<>();
  private final List<Runnable> whenThawed = new ArrayList<>();
  private boolean alive = true;
  private boolean frozen;
  private long frozenSinceNanos;
  private long lastThawedNanos = Long.MIN_VALUE;
  private Duration wallClockError = Duration.ZERO;

  SimProcess(String name, Kernel kernel) {
    this.name = name;
    this.kernel = kernel;
    nanoOrigin = kernel.random().nextLong(-1_000_000_000_000L, 1_000_000_000_000L);
  }

  String name() {
    return name;
  }

  boolean alive() {
    return alive;
  }

  boolean frozen() {
    return frozen;
  }

  /** Returns how long it has been frozen, or zero. */
  Duration silentFor() {
    return frozen ? Duration.ofNanos(kernel.nowNanos() - frozenSinceNanos) : Duration.ZERO;
  }

  /** Returns whether it has not been frozen for this long. */
  boolean awakeFor(Duration time) {
    return !frozen
        && (lastThawedNanos == Long.MIN_VALUE
            || kernel.nowNanos() - lastThawedNanos >= time.toNanos());
  }

  void requireAlive() {
    if (!alive) {
      throw new Fiber.Killed();
    }
  }

  void start(Runnable task) {
    startThread(task);
  }

  void ended(Fiber fiber) {
    fibers.remove(fiber);
  }

  /** Wakes threads whose latch was released by the thread that has just run. */
  void wakeReleased() {
    awaited.forEach((fiber, latch) -> {
      if (latch.getCount() == 0) {
        fiber.wake();
      }
    });
  }

  void whenThawed(Runnable action) {
    whenThawed.add(action);
  }

  void freeze() {
    if (alive && !frozen) {
      frozen = true;
      frozenSinceNanos = kernel.nowNanos();
    }
  }

  void thaw() {
    if (frozen) {
      frozen = false;
      lastThawedNanos = kernel.nowNanos();
      whenThawed.forEach(action -> kernel.at(kernel.nowNanos(), action));
      whenThawed.clear();
    }
  }

  /** Kills it from the kernel. Its threads unwind without any effect. */
  void kill() {
    alive = false;
    frozen = false;
    whenThawed.clear();
    List.copyOf(fibers).forEach(Fiber::unwind);
  }

  void setWallClock(Duration error) {
    wallClockError = error;
  }

  /** Makes the running thread of this process wait. */
  void sleep(long nanos) {
    requireAlive();
    kernel.running().waitUntil(kernel.nowNanos() + nanos);
  }

  /** Returns a time that does not jump, ms since 1970. */
  long steadyMillis() {
    return BEGINNING.plusNanos(kernel.nowNanos()).toEpochMilli();
  }

  Machine machine() {
    return new Machine(new Clock(), (kind, task) -> startThread(task), kernel.random());
  }

  private Thread startThread(Runnable task) {
    requireAlive();
    Fiber fiber = new Fiber(kernel, this, task);
    fibers.add(fiber);
    return fiber.thread();
  }

  private final class Clock implements Ticker {
    @Override
    public long nanoTime() {
      return nanoOrigin + kernel.nowNanos();
    }

    @Override
    public Instant now() {
      return BEGINNING.plusNanos(kernel.nowNanos()).plus(wallClockError);
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
      SimProcess.this.sleep(time.toNanos());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
      requireAlive();
      Fiber self = kernel.running();
      long deadline = kernel.nowNanos() + atMost.toNanos();
      while (latch.getCount() > 0 && kernel.nowNanos() < deadline) {
        awaited.put(self, latch);
        self.waitUntil(deadline);
        awaited.remove(self);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return latch.getCount() == 0;
    }
  }
}
