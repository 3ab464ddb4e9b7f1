package dev.sluice.worker;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The providers' response times, by sender; beyond a number of senders the rest share a series. */
final class AnswerTimes {
  private final Meter.MeterProvider<Timer> timers;
  private final Map<String, Timer> bySender = new ConcurrentHashMap<>();

  AnswerTimes(MeterRegistry meters) {
    timers =
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
            .withRegistry(meters);
  }

  /** Records that a call has ended this long after its first byte. */
  void ended(String senderId, long nanos) {
    boolean known = bySender.size() < SenderMeters.MOST || bySender.containsKey(senderId);
    bySender
        .computeIfAbsent(
            known ? senderId : SenderMeters.REST, sender -> timers.withTag("sender", sender))
        .record(nanos, TimeUnit.NANOSECONDS);
  }
}
