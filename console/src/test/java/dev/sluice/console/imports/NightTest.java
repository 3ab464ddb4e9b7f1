package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final Campaigns CAMPAIGNS = new Campaigns();
  private static final DSLContext SQL = CAMPAIGNS.sql();
  private static final UUID CAMPAIGN = CAMPAIGNS.create("{}");

  @BeforeAll
  static void fill() {
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
    CAMPAIGNS.close();
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
  void whoIsNotSentToAnyMoreIsNotCounted() {
    UUID campaign = CAMPAIGNS.create("{}");
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status)"
            + " VALUES (?, '+5511960000001', 'SENT'), (?, '+5511960000002', 'PENDING')",
        campaign,
        campaign);

    assertThat(Places.of(SQL, campaign, ENOUGH, ENOUGH))
        .contains(
            new Places(List.of(new Places.Place("+5511960000002", "+5511960000002", 1)), false));
  }

  /** The first by number would all be in Brazil. */
  @Test
  void whereAllAreTooManyTheFirstToBeSentToAreLookedAtAndWhereTheyAreTooManyNobodyIs() {
    Duration never = Duration.ofMillis(1);
    UUID many = CAMPAIGNS.create("{}");
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, created_at)"
            + " SELECT ?, '+55' || (11960000000 + n), '2026-06-02' FROM generate_series(1, 60000) AS n",
        many);
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, created_at)"
            + " SELECT ?, '+90' || (5300000000 + n), '2026-06-01' FROM generate_series(1, 40000) AS n",
        many);

    Places first = Places.of(SQL, many, never, ENOUGH).orElseThrow();
    assertThat(first)
        .isEqualTo(
            new Places(
                List.of(
                    new Places.Place("+905300000001", "+905300040000", 40_000),
                    new Places.Place("+5511960000001", "+5511960010000", 10_000)),
                true));
    assertThat(Night.of(first, "UTC", Instant.parse("2026-06-01T08:00:00Z")))
        .isEqualTo(
            new Night(50_000, 10_000, List.of(new Night.Zone("America/Sao_Paulo", 10_000)), true));
    assertThat(Places.of(SQL, many, never, never)).isEmpty();
  }

  private static Optional<Night> at(String moment) {
    return Places.of(SQL, CAMPAIGN, ENOUGH, ENOUGH)
        .map(places -> Night.of(places, "Europe/Berlin", Instant.parse(moment)));
  }
}
