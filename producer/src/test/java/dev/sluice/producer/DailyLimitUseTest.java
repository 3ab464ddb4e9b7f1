package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.producer.sql.DailyLimit;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DailyLimitUseTest {
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
  private final DailyLimitUse use =
      new DailyLimitUse(
          new DailyLimit(FIXTURE.producer(), () -> now, () -> now),
          tasks,
          () -> now,
          DailyLimitUse.gauge(meters));
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
    return (Logger) LoggerFactory.getLogger(DailyLimitUse.class);
  }

  @Test
  void whoCountsNoMoreTellsNothing() {
    minutes(1);
    assertThat(told()).isTrue();

    use.close();
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
      assertThat(log.list).hasSize(1);
    } finally {
      FIXTURE.asOwner("ALTER TABLE sluice.gone RENAME TO sender_recipient");
    }

    minutes(1);
    assertThat(told()).isTrue();
  }

  private void minutes(int minutes) {
    for (int i = 0; i < minutes; i++) {
      now = now.plus(Duration.ofMinutes(1));
      use.turn();
      tasks.settle();
    }
  }

  private boolean told() {
    return meters.getMeters().stream()
        .map(Meter::getId)
        .anyMatch(id -> sender.equals(id.getTag("sender")));
  }
}
