package dev.sluice.producer;

import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.runtime.NamedSenders;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gauge of what the database says, read once a minute by the producer that owns the campaigns.
 */
final class DatabaseGauge {
  private static final Logger log = LoggerFactory.getLogger(DatabaseGauge.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** The age at which the last reading is removed. */
  private static final Duration EXPIRES = EVERY.multipliedBy(3);

  /** The values to read, with their metric. */
  enum Subject {
    DAILY_LIMITS(
        "sluice.producer.daily.limit.used",
        "The share of its daily limit that a sender has used within 24 hours",
        "sender",
        new UUID(0, 2)) {
      @Override
      Map<String, Double> read(FanOutRepositories sql) {
        return sql.dailyLimit().shares();
      }
    },
    CAMPAIGNS("sluice.producer.campaigns", FanOutHealth.CAMPAIGNS, "state", new UUID(0, 3)) {
      @Override
      Map<String, Double> read(FanOutRepositories sql) {
        return sql.rows().notUnderWay().entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    one -> one.getKey().name().toLowerCase(Locale.ROOT),
                    one -> (double) one.getValue()));
      }
    };

    private final String metric;
    private final String description;
    private final String tag;

    /** The id of the reads among the campaigns' tasks. */
    private final UUID id;

    Subject(String metric, String description, String tag, UUID id) {
      this.metric = metric;
      this.description = description;
      this.tag = tag;
      this.id = id;
    }

    MultiGauge gauge(MeterRegistry meters) {
      return MultiGauge.builder(metric).description(description).register(meters);
    }

    /** Returns the values by tag. */
    abstract Map<String, Double> read(FanOutRepositories sql);
  }

  private final Subject subject;
  private final FanOutRepositories sql;
  private final DatabaseTasks tasks;
  private final InstantSource clock;
  private final MultiGauge gauge;
  private Instant readAgainAt = Instant.MIN;
  private Instant expires = Instant.MAX;
  private volatile boolean failing;

  DatabaseGauge(
      Subject subject,
      FanOutRepositories sql,
      DatabaseTasks tasks,
      InstantSource clock,
      MultiGauge gauge) {
    this.subject = subject;
    this.sql = sql;
    this.tasks = tasks;
    this.clock = clock;
    this.gauge = gauge;
  }

  /** Registers the gauges of all subjects. */
  static Map<Subject, MultiGauge> register(MeterRegistry meters) {
    Map<Subject, MultiGauge> gauges = new EnumMap<>(Subject.class);
    for (Subject subject : Subject.values()) {
      gauges.put(subject, subject.gauge(meters));
    }
    return gauges;
  }

  /** Returns registered gauges, to be read by one task. */
  static List<DatabaseGauge> of(
      Map<Subject, MultiGauge> registered,
      FanOutRepositories sql,
      DatabaseTasks tasks,
      InstantSource clock) {
    return registered.entrySet().stream()
        .map(one -> new DatabaseGauge(one.getKey(), sql, tasks, clock, one.getValue()))
        .toList();
  }

  void iterate() {
    Instant now = clock.instant();
    if (!now.isBefore(readAgainAt) && tasks.start(subject.id, () -> true, this::read)) {
      readAgainAt = now.plus(EVERY);
    }
    if (!now.isBefore(expires)) {
      close();
    }
  }

  private Runnable read() {
    try {
      Map<String, Double> values = subject.read(sql);
      return () -> tell(values);
    } catch (DataAccessException e) {
      if (!failing) {
        failing = true;
        log.warn("cannot read {}: {}", subject.metric, Database.reason(e));
      }
      throw e;
    }
  }

  private void tell(Map<String, Double> values) {
    failing = false;
    expires = clock.instant().plus(EXPIRES);
    gauge.register(
        values.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(NamedSenders.MOST)
            .<MultiGauge.Row<?>>map(
                one -> MultiGauge.Row.of(Tags.of(subject.tag, one.getKey()), one.getValue()))
            .toList(),
        true);
  }

  /** Removes the values: another producer publishes them now, or they are outdated. */
  void close() {
    expires = Instant.MAX;
    gauge.register(List.of(), true);
  }
}
