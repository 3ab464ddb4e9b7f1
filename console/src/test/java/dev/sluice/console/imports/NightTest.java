package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Sandbox;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A campaign to 3,000 people in Brazil, 1,000 in Germany and one whose number has no place. */
class NightTest {
  private static final Duration ENOUGH = Duration.ofSeconds(60);
  private static final Database DATABASE =
      new Database(Sandbox.create(1).database(), 1, "test", new SimpleMeterRegistry());
  private static final DSLContext SQL = DATABASE.sql();
  private static final UUID CAMPAIGN = UUID.randomUUID();

  @BeforeAll
  static void fill() {
    SQL.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
    SQL.execute(
        "INSERT INTO sluice.campaign (id, name, sender_id, message, time_zone)"
            + " VALUES (?, 'c', 's', '{}', 'Europe/Berlin')",
        CAMPAIGN);
    add("+55", "11960000000", 3_000);
    add("+49", "15100000000", 1_000);
    add("+8", "70773111000", 1);
  }

  private static void add(String country, String from, int people) {
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone)"
            + " SELECT ?, ? || (?::bigint + n) FROM generate_series(1, ?) AS n",
        CAMPAIGN,
        country,
        from,
        people);
  }

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @Test
  void itIsNightWhereTheRecipientsAreAndNotWhereTheirSenderIs() {
    // 10:00 in Berlin, 5:00 in São Paulo.
    assertThat(at("2026-06-01T08:00:00Z"))
        .contains(
            new Night(4_001, 3_000, List.of(new Night.Zone("America/Sao_Paulo", 3_000)), false));
    // 21:00 in Berlin, 16:00 in São Paulo.
    assertThat(at("2026-06-01T19:00:00Z"))
        .contains(new Night(4_001, 1_000, List.of(new Night.Zone("Europe/Berlin", 1_000)), false));
    // 8:00 in São Paulo.
    assertThat(at("2026-06-01T11:00:00Z")).contains(new Night(4_001, 0, List.of(), false));
  }

  @Test
  void whereAllAreTooManyTheFirstOnesAreLookedAtAndWhereTheyAreTooManyNobodyIs() {
    Instant morning = Instant.parse("2026-06-01T08:00:00Z");
    Duration never = Duration.ofMillis(1);
    UUID many = UUID.randomUUID();
    SQL.execute(
        "INSERT INTO sluice.campaign (id, name, sender_id, message) VALUES (?, 'c', 's', '{}')",
        many);
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone)"
            + " SELECT ?, '+55' || (11960000000 + n) FROM generate_series(1, 60000) AS n",
        many);

    assertThat(Night.of(SQL, many, morning, never, ENOUGH))
        .contains(
            new Night(50_000, 50_000, List.of(new Night.Zone("America/Sao_Paulo", 50_000)), true));
    assertThat(Night.of(SQL, many, morning, never, never)).isEmpty();
  }

  private static Optional<Night> at(String moment) {
    return Night.of(SQL, CAMPAIGN, Instant.parse(moment), ENOUGH, ENOUGH);
  }
}
