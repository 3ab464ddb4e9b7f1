package dev.sluice.producer;

import dev.sluice.runtime.MetersBySender;
import dev.sluice.schema.CampaignEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Meters of the records that the process writes. */
final class OutputMeters {
  private final MetersBySender<Counter> requests;
  private final Meter.MeterProvider<Counter> events;
  private final Map<Refusal, Counter> deadLetters = new EnumMap<>(Refusal.class);

  OutputMeters(MeterRegistry registry) {
    Meter.MeterProvider<Counter> bySender =
        Counter.builder("sluice.producer.requests")
            .description("Requests that were written, by sender")
            .withRegistry(registry);
    requests = new MetersBySender<>(sender -> bySender.withTag("sender", sender));
    events =
        Counter.builder("sluice.producer.events")
            .description("Events that were written, by kind")
            .withRegistry(registry);
    // Registered at start-up, so that alerts find them before their first increment.
    for (Refusal refusal : Refusal.values()) {
      deadLetters.put(
          refusal,
          Counter.builder("sluice.producer.dead.letters")
              .description("Commands, controls and returned requests that cannot be used, by cause")
              .tag("cause", text(refusal))
              .register(registry));
    }
  }

  void request(String senderId) {
    requests.of(senderId).increment();
  }

  void event(CampaignEvent.Event event) {
    events.withTag("event", text(event)).increment();
  }

  void deadLetter(Refusal refusal) {
    Objects.requireNonNull(deadLetters.get(refusal)).increment();
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
