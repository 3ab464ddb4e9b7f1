package dev.sluice.console.notification;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** Meters of what is posted. They exist only if something may be. */
final class NotificationMeters {
  private final MeterRegistry registry;

  final Counter posted;
  final Counter failed;
  final Counter givenUp;
  final Counter unreadable;

  // All of them from the beginning on, so that alerts find them before their first increment.
  NotificationMeters(MeterRegistry registry) {
    this.registry = registry;
    posted = counter("posted");
    failed = counter("failed");
    givenUp = counter("given_up");
    unreadable = counter("unreadable");
  }

  private Counter counter(String outcome) {
    return Counter.builder("sluice.console.webhook.out")
        .description("Events for another program, by what became of them")
        .tag("outcome", outcome)
        .register(registry);
  }

  <T> void waiting(T of, ToDoubleFunction<T> seconds) {
    Gauge.builder("sluice.console.webhook.out.waiting", of, seconds)
        .description("The age of the event that is to be posted next")
        .baseUnit("seconds")
        .register(registry);
  }
}
