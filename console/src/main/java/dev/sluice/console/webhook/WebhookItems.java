package dev.sluice.console.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Counts the items of webhook calls, each once, by kind and by what became of it. */
final class WebhookItems {
  private final Meter.MeterProvider<Counter> counters;
  private final Map<Item, Counter> byItem = new ConcurrentHashMap<>();

  /** The fate of an item. */
  enum Fate {
    /** It was stored or passed on; what stops senders stops those that are known here. */
    ACCEPTED,
    /** It is about a message that others sent from the same number. */
    FOREIGN,
    /** It tells of a wish, but not whose, so that the wish is lost. */
    NAMELESS,
    /** It is news for people to read. */
    LOGGED,
    /** It is irrelevant to campaigns. */
    IGNORED,
    /** It contradicts the provider's documentation. */
    UNREADABLE
  }

  record Item(String kind, Fate fate) {}

  WebhookItems(MeterRegistry registry) {
    counters =
        Counter.builder("sluice.console.receipts")
            .description("What webhook calls have told, by kind and by what became of it")
            .withRegistry(registry);
  }

  /** Counts the items of a call that is acknowledged; others come again. */
  void count(List<Item> items) {
    items.stream()
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .forEach((item, times) -> counter(item).increment(times));
  }

  /** Shows items as 0 before the first one. */
  void expect(String kind, Fate fate) {
    counter(new Item(kind, fate)).increment(0);
  }

  private Counter counter(Item item) {
    return byItem.computeIfAbsent(
        item,
        one ->
            counters.withTags(
                "kind", one.kind(), "fate", one.fate().name().toLowerCase(Locale.ROOT)));
  }
}
