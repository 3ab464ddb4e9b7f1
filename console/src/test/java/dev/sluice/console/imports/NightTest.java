package dev.sluice.console.imports;

import static dev.sluice.schema.RecipientStatus.FAILED;
import static dev.sluice.schema.RecipientStatus.UNCONFIRMED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.sql.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            new Night(
                4_001, 3_000, List.of(new Night.Zone("America/Sao_Paulo", 3_000)), null, false));
    // 21:00 in Berlin, 16:00 in São Paulo.
    assertThat(at("2026-06-01T19:00:00Z"))
        .contains(
            new Night(4_001, 1_000, List.of(new Night.Zone("Europe/Berlin", 1_000)), null, false));
    // 8:00 in São Paulo.
    assertThat(at("2026-06-01T11:00:00Z")).contains(new Night(4_001, 0, List.of(), null, false));
  }

  /** 19:00 in Berlin is 14:00 in São Paulo, where the first night that follows is the next one. */
  @ParameterizedTest
  @CsvSource({
    "2026-06-01T18:59:00Z, , , 0, , ",
    "2026-06-01T21:00:00Z, , , 1000, Europe/Berlin, 2026-06-01T19:00:00Z",
    "2026-06-02T00:30:00Z, , , 4000, America/Sao_Paulo, 2026-06-02T00:00:00Z",
    "2026-06-09T00:00:00Z, , , 4000, America/Sao_Paulo, 2026-06-02T00:00:00Z",
    "2026-06-09T00:00:00Z, 10:00, 20:00, 3000, America/Sao_Paulo, 2026-06-02T08:00:00Z",
    "2026-06-09T00:00:00Z, 13:00, 20:00, 0, , ",
    "2026-06-09T00:00:00Z, 20:00, 02:00, 1000, Europe/Berlin, 2026-06-01T19:00:00Z",
  })
  void itIsNightForThoseWhoAreStillToBeSentToWhenItFalls(
      String until,
      @Nullable LocalTime opens,
      @Nullable LocalTime closes,
      long recipients,
      @Nullable String zone,
      @Nullable Instant from) {
    Night night = night(span("2026-06-01T17:00:00Z", until, opens, closes)).orElseThrow();

    assertThat(night.asleep()).isZero();
    assertThat(night.later())
        .isEqualTo(zone == null ? null : new Night.Later(recipients, zone, from));
  }

  @Test
  void whoIsSentToOnceMoreIsLookedAtByStatusAndReason() {
    UUID campaign = CAMPAIGNS.create("{}");
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status, error_code)"
            + " VALUES (?, '+5511960000001', 'FAILED', '131026'),"
            + " (?, '+4915100000001', 'FAILED', '131049'),"
            + " (?, '+4915100000002', 'UNCONFIRMED', NULL),"
            + " (?, '+4915100000003', 'READ', NULL)",
        campaign,
        campaign,
        campaign,
        campaign);

    assertThat(looked(new Audience(campaign, Set.of(FAILED), null))).isEqualTo(2);
    assertThat(looked(new Audience(campaign, Set.of(FAILED), "131026"))).isEqualTo(1);
    assertThat(looked(new Audience(campaign, Set.of(FAILED, UNCONFIRMED), null))).isEqualTo(3);
  }

  private static long looked(Audience audience) {
    return Places.of(SQL, audience, ENOUGH, ENOUGH, Deadline.none())
        .map(places -> Night.of(places, span("2026-06-01T08:00:00Z", null, null, null)))
        .orElseThrow()
        .recipients();
  }

  @Test
  void whoIsNotSentToAnyMoreIsNotCounted() {
    UUID campaign = CAMPAIGNS.create("{}");
    SQL.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, status)"
            + " VALUES (?, '+5511960000001', 'SENT'), (?, '+5511960000002', 'PENDING')",
        campaign,
        campaign);

    assertThat(Places.of(SQL, Audience.pending(campaign), ENOUGH, ENOUGH, Deadline.none()))
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

    Places first =
        Places.of(SQL, Audience.pending(many), never, ENOUGH, Deadline.none()).orElseThrow();
    assertThat(first)
        .isEqualTo(
            new Places(
                List.of(
                    new Places.Place("+905300000001", "+905300040000", 40_000),
                    new Places.Place("+5511960000001", "+5511960010000", 10_000)),
                true));
    assertThat(Night.of(first, span("2026-06-01T08:00:00Z", null, null, null)))
        .isEqualTo(
            new Night(
                50_000, 10_000, List.of(new Night.Zone("America/Sao_Paulo", 10_000)), null, true));
    assertThat(Places.of(SQL, Audience.pending(many), never, never, Deadline.none())).isEmpty();
  }

  private static Optional<Night> at(String moment) {
    return night(span(moment, null, null, null));
  }

  private static Optional<Night> night(SendingSpan sending) {
    return Places.of(SQL, Audience.pending(CAMPAIGN), ENOUGH, ENOUGH, Deadline.none())
        .map(places -> Night.of(places, sending));
  }

  private static SendingSpan span(
      String from, @Nullable String until, @Nullable LocalTime opens, @Nullable LocalTime closes) {
    return new SendingSpan(
        Instant.parse(from),
        until == null ? null : Instant.parse(until),
        opens,
        closes,
        ZoneId.of("Europe/Berlin"));
  }
}
