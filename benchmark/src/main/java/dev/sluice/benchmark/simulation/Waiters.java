package dev.sluice.benchmark.simulation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fibers that wait for a change of the broker's, of which they learn a moment later. */
final class Waiters {
  private final Map<Fiber, Runnable> wakeUps = new LinkedHashMap<>();

  /** Adds the running fiber, which is about to wait. */
  void add(Fiber fiber) {
    wakeUps.put(fiber, fiber.nextWakeUp());
  }

  /** Wakes those who still wait. */
  void wake(Network network) {
    if (!wakeUps.isEmpty()) {
      List.copyOf(wakeUps.values()).forEach(network::deliver);
      wakeUps.clear();
    }
  }
}
