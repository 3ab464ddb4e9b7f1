package dev.sluice.producer;

import dev.sluice.producer.sql.DailyLimit;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A meter of how much of their daily limits senders have used. */
final class DailyLimitUse {
  private static final Logger log = LoggerFactory.getLogger(DailyLimitUse.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** The age at which the last reading is removed. */
  private static final Duration EXPIRES = EVERY.multipliedBy(3);

  /** The id of its reads among the campaigns' tasks. */
  private static final UUID NOBODY = new UUID(0, 2);

  private final DailyLimit dailyLimit;
  private final DatabaseTasks tasks;
  private final InstantSource clock;
  private final MultiGauge used;
  private Instant readAgainAt = Instant.MIN;
  private Instant expires = Instant.MAX;
  private volatile boolean failing;

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
    if (!now.isBefore(expires)) {
      close();
    }
  }

  private Runnable read() {
    try {
      Map<String, Double> shares = dailyLimit.shares();
      return () -> tell(shares);
    } catch (DataAccessException e) {
      if (!failing) {
        failing = true;
        log.warn(
            "cannot read how much of their daily limits senders have used: {}", Database.reason(e));
      }
      throw e;
    }
  }

  private void tell(Map<String, Double> shares) {
    failing = false;
    expires = clock.instant().plus(EXPIRES);
    used.register(
        shares.entrySet().stream()
            .map(one -> MultiGauge.Row.of(Tags.of("sender", one.getKey()), one.getValue()))
            .toList(),
        true);
  }

  /** Removes the meter's values: another producer publishes them now, or they are outdated. */
  void close() {
    expires = Instant.MAX;
    used.register(List.of(), true);
  }
}
