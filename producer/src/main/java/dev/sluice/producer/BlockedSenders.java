package dev.sluice.producer;

import dev.sluice.runtime.Loop;
import dev.sluice.runtime.NamedSenders;
import dev.sluice.runtime.kafka.ControlsView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Set;

/** Meters of blocked senders: how many there are, and one for each. */
final class BlockedSenders {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final ControlsView controls;
  private final MultiGauge each;
  private Set<String> shown = Set.of();

  private BlockedSenders(ControlsView controls, MultiGauge each) {
    this.controls = controls;
    this.each = each;
  }

  /** Starts to follow the controls. */
  static Loop follow(ControlsView controls, MeterRegistry meters) {
    Gauge.builder("sluice.producer.senders.blocked", controls, ControlsView::blockedSenders)
        .description("Senders that are blocked")
        .register(meters);
    BlockedSenders senders =
        new BlockedSenders(
            controls,
            MultiGauge.builder("sluice.producer.sender.blocked")
                .description("1 for a sender that is blocked; many have no series")
                .register(meters));
    return Loop.start("blocked-senders", senders::review);
  }

  private Duration review() {
    Set<String> blocked = controls.blocked();
    if (!blocked.equals(shown)) {
      shown = blocked;
      each.register(
          blocked.stream()
              .sorted()
              .limit(NamedSenders.MOST)
              .<MultiGauge.Row<?>>map(sender -> MultiGauge.Row.of(Tags.of("sender", sender), 1))
              .toList(),
          true);
    }
    return EVERY;
  }
}
