package dev.sluice.producer;

import dev.sluice.runtime.MetersBySender;
import dev.sluice.runtime.NamedSenders;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.DeadLetter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Meters of the records that the process writes. */
final class OutputMeters {
  /** More dead letters than one transaction has, as far as anybody has seen. */
  private static final int MOST_REMEMBERED = 10_000;

  private final MetersBySender<Counter> requests;
  private final Meter.MeterProvider<Counter> events;
  private final Map<Refusal, Counter> deadLetters = new EnumMap<>(Refusal.class);
  private final Map<Original, Refusal> counted =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Original, Refusal> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** Where the record came from that became a dead letter. */
  private record Original(String topic, int partition, long offset) {}

  OutputMeters(MeterRegistry registry) {
    Meter.MeterProvider<Counter> bySender =
        Counter.builder("sluice.producer.requests")
            .description("Requests that were written, by sender")
            .withRegistry(registry);
    requests =
        new MetersBySender<>(new NamedSenders(), sender -> bySender.withTag("sender", sender));
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

  /** Counts a dead letter, but not again when its transaction is repeated. */
  void deadLetter(Refusal refusal, DeadLetter letter) {
    Original original = new Original(letter.topic(), letter.partition(), letter.offset());
    if (isNew(original, refusal)) {
      Objects.requireNonNull(deadLetters.get(refusal)).increment();
    }
  }

  private synchronized boolean isNew(Original original, Refusal refusal) {
    return counted.put(original, refusal) == null;
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
