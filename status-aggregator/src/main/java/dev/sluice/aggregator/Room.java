package dev.sluice.aggregator;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many results of the usual size wait to be written, over all tasks of the process, and how
 * many may. One with long texts counts as several.
 */
final class Room {
  private final AtomicInteger waiting = new AtomicInteger();
  private final int most;

  Room(int most, MeterRegistry meters) {
    this.most = most;
    Gauge.builder("sluice.aggregator.pending", waiting, AtomicInteger::get)
        .description("Results that wait to be written")
        .register(meters);
  }

  /** So many more wait, or fewer. */
  void add(int results) {
    waiting.addAndGet(results);
  }

  /** Whether half of the room is taken, and a tenth by the one of this weight. */
  boolean crowdedBy(int weight) {
    return waiting.get() >= most / 2 && weight >= most / 10;
  }

  boolean full() {
    return waiting.get() >= most;
  }
}
