package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.CampaignStanding;
import dev.sluice.producer.sql.CampaignStarts;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.ZonePasses;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.util.Objects;
import java.util.UUID;
import org.jooq.conf.ParamType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests how the passes of a campaign with a local time are planned. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecipientZonesTest {
  private final Fixture fixture = new Fixture();
  private final FanOutRepositories sql =
      FanOutRepositories.of(
          fixture.producer(), InstantSource.system(), InstantSource.system(), null);

  @BeforeAll
  void fill() {
    fixture.sender("s", 80, 1);
  }

  @Test
  void eachZoneIsFoundByOneLookIntoTheIndexHoweverManyRecipientsItHas() {
    UUID campaign =
        campaign(20_000, "CASE WHEN n % 2 = 0 THEN 'Asia/Tokyo' ELSE 'Europe/Rome' END");
    String plan =
        String.join(
            "\n",
            fixture
                .sql()
                .fetch(
                    "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
                        + sql.zones().names(campaign).getSQL(ParamType.INLINED))
                .getValues(0, String.class));

    assertThat(plan)
        .containsPattern("Index Only Scan using campaign_recipient_zone")
        .doesNotContain("Sort")
        .doesNotContain("Aggregate")
        .doesNotContainPattern("rows=\\d{3,}");
    assertThat(passes(campaign).named()).containsExactlyInAnyOrder("Asia/Tokyo", "Europe/Rome");
    assertThat(passes(campaign).passes()).hasSize(2);
  }

  @Test
  void whoeverHasNoZoneGetsAPassOfTheirOwn() {
    UUID campaign = campaign(10, "CASE WHEN n > 1 THEN 'Asia/Tokyo' END");

    assertThat(passes(campaign).passes())
        .extracting(ZonePasses.Pass::zone)
        .containsExactlyInAnyOrder("Asia/Tokyo", null);
  }

  /** As after a repair, while results of what was sent before still arrive. */
  @Test
  void nobodyGetsAPassForThoseWhoWereSettledSinceTheStart() {
    UUID campaign = campaign(10, "'Asia/Tokyo'");
    CampaignStanding before = sql.rows().standing(campaign).orElseThrow();
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET status = 'SENT' WHERE id = (SELECT min(id) FROM"
                + " sluice.campaign_recipient WHERE campaign_id = ?)",
            campaign);
    fixture.sql().execute("UPDATE sluice.campaign SET sent = 1 WHERE id = ?", campaign);

    assertThat(passes(campaign, before).named()).containsExactly("Asia/Tokyo");
    assertThat(passes(campaign, before).passes()).hasSize(1);
  }

  /** A damaged column; the rest shares the pass of those who have none. */
  @Test
  void ofMoreThanAThousandZonesTheLargestHavePasses() {
    UUID campaign =
        campaign(
            1_100,
            "CASE WHEN n > 1090 THEN 'Asia/Tokyo'"
                + " ELSE format('+01:%s:%s', 10 + n / 50 % 50, 10 + n % 50) END");

    assertThat(passes(campaign).passes()).hasSize(1_001);
    assertThat(passes(campaign).named()).hasSize(1_000).contains("Asia/Tokyo");
  }

  private ZonePasses passes(UUID campaign) {
    return passes(campaign, sql.rows().standing(campaign).orElseThrow());
  }

  private ZonePasses passes(UUID campaign, CampaignStanding standing) {
    return Objects.requireNonNull(
        sql.zones()
            .passes(
                new CampaignStarts.Started(
                    sql.rows().find(campaign).orElseThrow(), standing, Instant.now())));
  }

  /** Returns a campaign that has started, with the zone of its nth recipient. */
  private UUID campaign(int recipients, String zone) {
    UUID campaign = fixture.campaign("s", recipients);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET time_zone = "
                + zone
                + " FROM (SELECT id AS nth, (row_number() OVER (ORDER BY id))::int AS n"
                + " FROM sluice.campaign_recipient WHERE campaign_id = ?) AS numbered"
                + " WHERE nth = id",
            campaign);
    fixture
        .sql()
        .update(CAMPAIGN)
        .set(CAMPAIGN.LOCAL_TIME, LocalTime.of(9, 0))
        .set(CAMPAIGN.TOTAL, (long) recipients)
        .where(CAMPAIGN.ID.eq(campaign))
        .execute();
    return campaign;
  }
}
