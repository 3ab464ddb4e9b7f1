package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.sql.Deadline;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Campaigns of a sender of which two have sent, to 60,000 and 100 people, the second last. */
class RepeatedTest {
  private static final Duration ENOUGH = Duration.ofSeconds(60);
  private static final Duration NEVER = Duration.ofMillis(1);
  private static final Instant START = Instant.parse("2030-06-02T08:00:00Z");
  private static final Database DATABASE =
      new Database(TestEnvironment.create(1).database(), 1, "test", new SimpleMeterRegistry());
  private static final DSLContext SQL = DATABASE.sql();
  private static UUID large;

  @BeforeAll
  static void fill() {
    SQL.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
    large = ended("large", "2030-06-01T09:00Z", 1, 60_000);
    ended("small", "2030-06-01T10:00Z", 1, 100);
  }

  private static UUID ended(String name, String at, int first, int last) {
    UUID id = campaign(name);
    SQL.execute(
        "UPDATE sluice.campaign SET status = 'COMPLETED', started_at = ?::timestamptz,"
            + " completed_at = ?::timestamptz WHERE id = ?",
        at,
        at,
        id);
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status, sent_at)"
            + " SELECT ?, '+55' || (11960000000 + n), 'DELIVERED', ?::timestamptz"
            + " FROM generate_series(?, ?) AS n",
        id,
        at,
        first,
        last);
    return id;
  }

  private static UUID campaign(String name) {
    UUID id = UUID.randomUUID();
    SQL.execute(
        "INSERT INTO sluice.campaign (id, name, sender_id, message) VALUES (?, ?, 's', '{}')",
        id,
        name);
    return id;
  }

  private static UUID draft(int first, int last) {
    UUID id = campaign("again");
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone)"
            + " SELECT ?, '+55' || (11960000000 + n) FROM generate_series(?, ?) AS n",
        id,
        first,
        last);
    return id;
  }

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @Test
  void whoIsInSeveralCampaignsIsCountedOnceAndTheOneWithMostIsNamed() {
    assertThat(of(draft(51, 500), ENOUGH, ENOUGH))
        .contains(new Repeated(450, new Repeated.Earlier(large, "large"), false));
    assertThat(of(draft(70_001, 70_500), ENOUGH, ENOUGH)).contains(new Repeated(0, null, false));
  }

  @Test
  void whereAllAreTooManyTheFirstAreLookedAtAndWhereTheyAreTooManyNobodyIs() {
    UUID many = draft(1, 60_000);

    assertThat(of(many, NEVER, ENOUGH))
        .contains(new Repeated(50_000, new Repeated.Earlier(large, "large"), true));
    assertThat(of(many, NEVER, NEVER)).isEmpty();
  }

  private static Optional<Repeated> of(UUID campaign, Duration withAll, Duration withFirst) {
    return Repeated.of(SQL, campaign, "s", START, withAll, withFirst, Deadline.none());
  }
}
