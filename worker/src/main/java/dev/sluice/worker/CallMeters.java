package dev.sluice.worker;

import dev.sluice.runtime.MetersBySender;
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

  CallMeters(MeterRegistry registry) {
    Meter.MeterProvider<Counter> counters =
        Counter.builder("sluice.worker.launched")
            .description("Messages handed to the provider in their time slot, by sender")
            .withRegistry(registry);
    Meter.MeterProvider<Timer> timers =
        Timer.builder("sluice.worker.answers")
            .description("From a message's first byte until the provider answered or was given up")
            .serviceLevelObjectives(
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10))
            .withRegistry(registry);
    launched = new MetersBySender<>(sender -> counters.withTag("sender", sender));
    answers = new MetersBySender<>(sender -> timers.withTag("sender", sender));
  }

  /** Counts a message that has its permit and is written now. */
  void launched(String senderId) {
    launched.of(senderId).increment();
  }

  /** Records that a call has ended this long after its first byte. */
  void ended(String senderId, long nanos) {
    answers.of(senderId).record(nanos, TimeUnit.NANOSECONDS);
  }
}
