package dev.sluice.producer;

import dev.sluice.producer.sql.DailyLimit;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;

/** A meter of how much of their daily limits senders have used. */
final class DailyLimitUse {
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** The id of its reads among the campaigns' tasks. */
  private static final UUID NOBODY = new UUID(0, 2);

  private final DailyLimit dailyLimit;
  private final DatabaseTasks tasks;
  private final InstantSource clock;
  private final MultiGauge used;
  private Instant readAgainAt = Instant.MIN;

  DailyLimitUse(DailyLimit dailyLimit, DatabaseTasks tasks, InstantSource clock, MultiGauge used) {
    this.dailyLimit = dailyLimit;
    this.tasks = tasks;
    this.clock = clock;
    this.used = used;
  }

  static MultiGauge gauge(MeterRegistry meters) {
    return MultiGauge.builder("sluice.producer.daily.limit.used")
        .description("The share of its daily limit that a sender has used within 24 hours")
        .register(meters);
  }

  void turn() {
    Instant now = clock.instant();
    if (!now.isBefore(readAgainAt) && tasks.start(NOBODY, () -> true, this::read)) {
      readAgainAt = now.plus(EVERY);
    }
  }

  private Runnable read() {
    Map<String, Double> shares = dailyLimit.shares();
    return () -> tell(shares);
  }

  private void tell(Map<String, Double> shares) {
    used.register(
        shares.entrySet().stream()
            .map(one -> MultiGauge.Row.of(Tags.of("sender", one.getKey()), one.getValue()))
            .toList(),
        true);
  }
}
