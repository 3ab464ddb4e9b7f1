package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.DurationBuckets;
import dev.sluice.runtime.MetersBySender;
import dev.sluice.runtime.NamedSenders;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Meters of the calls to providers, by sender. */
final class CallMeters {
  private final MetersBySender<Counter> launched;
  private final MetersBySender<Timer> answers;

  CallMeters(MeterRegistry registry, NamedSenders senders) {
    Meter.MeterProvider<Counter> counters =
        Counter.builder("sluice.worker.launched")
            .description("Messages written to the provider in their time slot, once they ended")
            .withRegistry(registry);
    Meter.MeterProvider<Timer> timers =
        Timer.builder("sluice.worker.answers")
            .description("From a message's first byte until the provider answered or was given up")
            .serviceLevelObjectives(
                DurationBuckets.between(Duration.ofMillis(50), Duration.ofSeconds(10)))
            .withRegistry(registry);
    launched = new MetersBySender<>(senders, sender -> counters.withTag("sender", sender));
    answers = new MetersBySender<>(senders, sender -> timers.withTag("sender", sender));
  }

  /**
   * Counts a call that had its permit, and has ended this long after it. Only the outcome tells
   * whether the message was written: its connection may have been closed while it waited.
   */
  void ended(String senderId, SendOutcome outcome, long nanos) {
    switch (outcome) {
      case SendOutcome.Disconnected _ -> {}
      // An intermediary answered, not the provider itself.
      case SendOutcome.Unavailable down -> {
        if (!down.isUnwritten()) {
          launched.of(senderId).increment();
        }
      }
      default -> {
        launched.of(senderId).increment();
        answers.of(senderId).record(nanos, TimeUnit.NANOSECONDS);
      }
    }
  }
}
