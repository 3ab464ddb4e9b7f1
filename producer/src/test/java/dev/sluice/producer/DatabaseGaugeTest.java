package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.local.TestLoggers;
import dev.sluice.producer.DatabaseGauge.Subject;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseGaugeTest {
  private static final Fixture FIXTURE = new Fixture();

  private final String sender = "s-" + UUID.randomUUID();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final DatabaseTasks tasks =
      new DatabaseTasks(
          Runnable::run,
          new CampaignFaults(() -> now),
          new DatabaseBackoff(new Health(), () -> now),
          () -> {},
          () -> now);
  private final DatabaseGauge limits = gauge(Subject.DAILY_LIMITS);
  private final DatabaseGauge campaigns = gauge(Subject.CAMPAIGNS);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void begin() {
    FIXTURE.sender(sender, 80, 1);
    FIXTURE.sql().execute("UPDATE sluice.sender SET daily_limit = 4 WHERE id = ?", sender);
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void end() {
    logger().detachAppender(log);
  }

  private static Logger logger() {
    return (Logger) TestLoggers.of(DatabaseGauge.class);
  }

  @Test
  void whoCountsNoMoreTellsNothing() {
    minutes(1);
    assertThat(told()).isTrue();

    limits.close();
    assertThat(told()).isFalse();
  }

  @Test
  void aFailureIsLoggedOnceAndItsOldValuesExpire() {
    minutes(1);
    FIXTURE.asOwner("ALTER TABLE sluice.sender_recipient RENAME TO gone");
    try {
      minutes(2);
      assertThat(told()).isTrue();
      minutes(3);
      assertThat(told()).isFalse();
      // Other tests' producers may lose their databases meanwhile.
      assertThat(List.copyOf(log.list))
          .filteredOn(line -> line.getFormattedMessage().contains("sender_recipient"))
          .hasSize(1);
    } finally {
      FIXTURE.asOwner("ALTER TABLE sluice.gone RENAME TO sender_recipient");
    }

    minutes(1);
    assertThat(told()).isTrue();
  }

  @Test
  void campaignsAreCountedInEveryStateWithoutArchivedOnes() {
    minutes(1);
    double drafts = campaigns("draft");
    double completed = campaigns("completed");
    FIXTURE.campaign(sender, 1);
    set("status = 'COMPLETED'");
    set("archived_at = now()");
    set("status = 'SENDING'");

    minutes(1);

    assertThat(campaigns("draft") - drafts).isOne();
    assertThat(campaigns("completed") - completed).isOne();
    assertThat(
            meters.find("sluice.producer.campaigns").gauges().stream()
                .map(gauge -> gauge.getId().getTag("state")))
        .as("those under way are counted elsewhere")
        .containsExactlyInAnyOrder("draft", "scheduled", "completed", "cancelled");
    campaigns.close();
    assertThat(meters.find("sluice.producer.campaigns").gauges()).isEmpty();
  }

  private void set(String values) {
    FIXTURE
        .sql()
        .execute(
            "UPDATE sluice.campaign SET " + values + " WHERE id = ?", FIXTURE.campaign(sender, 1));
  }

  @Test
  void onlyTheSendersThatHaveUsedMostOfTheirLimitsHaveSeries() {
    FIXTURE
        .sql()
        .execute(
            """
            INSERT INTO sluice.sender_recipient (sender_id, phone, counted_at)
            VALUES (?, '+5511960000001', ?::timestamptz)
            """,
            sender,
            now.toString());
    FIXTURE
        .sql()
        .execute(
            """
            INSERT INTO sluice.sender (id, address, daily_limit)
            SELECT ? || '-' || n, '1', 4 FROM generate_series(1, 1001) AS n
            """,
            sender);
    try {
      minutes(1);

      assertThat(meters.find("sluice.producer.daily.limit.used").gauges()).hasSize(1_000);
      assertThat(told()).isTrue();
    } finally {
      FIXTURE.sql().execute("UPDATE sluice.sender SET daily_limit = NULL");
    }
  }

  private DatabaseGauge gauge(Subject subject) {
    return new DatabaseGauge(
        subject,
        FanOutRepositories.of(FIXTURE.producer(), () -> now, () -> now, null),
        tasks,
        () -> now,
        subject.gauge(meters));
  }

  private double campaigns(String state) {
    return meters.get("sluice.producer.campaigns").tag("state", state).gauge().value();
  }

  private void minutes(int minutes) {
    for (int i = 0; i < minutes; i++) {
      now = now.plus(Duration.ofMinutes(1));
      limits.iterate();
      campaigns.iterate();
      tasks.settle();
    }
  }

  private boolean told() {
    return meters.getMeters().stream()
        .map(Meter::getId)
        .anyMatch(id -> sender.equals(id.getTag("sender")));
  }
}
