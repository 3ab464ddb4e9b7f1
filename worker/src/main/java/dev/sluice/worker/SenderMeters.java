package dev.sluice.worker;

import dev.sluice.runtime.NamedSenders;
import dev.sluice.schema.WindowCodec;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Gauges of the lanes and windows that the worker owns, updated once a second. */
final class SenderMeters {
  private static final long BETWEEN_NANOS = Duration.ofSeconds(1).toNanos();

  private final NamedSenders senders;
  private final Consumer<String> met;
  private final MultiGauge permitted;
  private final MultiGauge queued;
  private final MultiGauge inFlight;
  private boolean everReviewed;
  private long reviewedNanos;
  private volatile double occupancy;

  /**
   * Creates the gauges.
   *
   * @param met called repeatedly with the senders that have lanes
   */
  SenderMeters(MeterRegistry registry, NamedSenders senders, Consumer<String> met) {
    this.senders = senders;
    this.met = met;
    permitted =
        MultiGauge.builder("sluice.worker.permitted")
            .description("The rate that the sender's lanes here may use now, messages/s")
            .register(registry);
    queued =
        MultiGauge.builder("sluice.worker.queued")
            .description("Requests of the sender that were read and wait for their time slot")
            .register(registry);
    inFlight =
        MultiGauge.builder("sluice.worker.sender.in.flight")
            .description("Messages of the sender's lanes here that are being sent")
            .register(registry);
    Gauge.builder("sluice.worker.window.occupancy", this, meters -> meters.occupancy)
        .description("The share of its text that the fullest offset window uses; 1 stops its lanes")
        .register(registry);
  }

  void review(List<PartitionState> owned, long now) {
    if (everReviewed && now - reviewedNanos < BETWEEN_NANOS) {
      return;
    }
    everReviewed = true;
    reviewedNanos = now;
    Map<String, Double> rates = new HashMap<>();
    Map<String, Double> sizes = new HashMap<>();
    Map<String, Double> beingSent = new HashMap<>();
    int longest = 0;
    for (PartitionState partition : owned) {
      longest = Math.max(longest, partition.committed().metadata().length());
      partition
          .lanesByKey()
          .forEach((key, lane) -> {
            if (lane.isRested(PartitionState.RESTED, now)) {
              return;
            }
            String id = key.substring(0, key.lastIndexOf('/'));
            String sender = senders.nameOf(id);
            rates.merge(sender, lane.currentRate(now), Double::sum);
            sizes.merge(sender, (double) lane.size(), Double::sum);
            beingSent.merge(sender, (double) lane.inFlight(), Double::sum);
          });
    }
    occupancy = (double) longest / WindowCodec.MAX_LENGTH;
    rates.keySet().forEach(met);
    permitted.register(rows(rates), true);
    queued.register(rows(sizes), true);
    inFlight.register(rows(beingSent), true);
  }

  private static List<MultiGauge.Row<?>> rows(Map<String, Double> bySender) {
    return bySender.entrySet().stream()
        .<MultiGauge.Row<?>>map(
            one -> MultiGauge.Row.of(Tags.of("sender", one.getKey()), one.getValue()))
        .toList();
  }
}
