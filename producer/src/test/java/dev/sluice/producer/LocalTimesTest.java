package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests campaigns that are sent at a time of day in each recipient's time zone. */
class LocalTimesTest extends FanOutTest {
  private static final String TOKYO = "Asia/Tokyo";
  private static final String BRAZIL = "America/Sao_Paulo";

  /** 14:00 in Tokyo, 05:00 in Berlin, 02:00 in Brazil. */
  private static final Instant START = Instant.parse("2027-03-10T05:00:00Z");

  @Test
  void eachZoneIsSentToWhenItIsItsTimeThere() {
    UUID campaign = atNine(30);
    zone(campaign, 1, 10, TOKYO);
    zone(campaign, 11, 20, BRAZIL);
    command("start", campaign);
    turns(5);
    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);

    // 9:00 in Berlin, the campaign's own time zone, for those who have none.
    now = Instant.parse("2027-03-10T08:00:00Z").minusMillis(150);
    turns(2);
    assertThat(requests.isEmpty()).isTrue();
    turns(5);
    assertThat(perZone()).isEqualTo(Map.of("none", 10L));

    now = Instant.parse("2027-03-10T12:00:00Z");
    turns(5);
    assertThat(perZone()).isEqualTo(Map.of(BRAZIL, 10L));

    // On the next day, as it was past nine in Tokyo at the start.
    now = Instant.parse("2027-03-11T00:00:00Z");
    turns(5);
    assertThat(perZone()).isEqualTo(Map.of(TOKYO, 10L));
  }

  @Test
  void whoIsLessThanAnHourLateIsSentToAtOnce() {
    UUID campaign = atNine(10);
    now = Instant.parse("2027-03-10T08:59:00Z");
    command("start", campaign);
    turns(5);

    assertThat(requests()).hasSize(10);
  }

  @Test
  void zonesOfManyPagesAreFedCompletely() {
    UUID campaign = atNine(750);
    zone(campaign, 1, 300, TOKYO);
    zone(campaign, 301, 600, BRAZIL);
    command("start", campaign);
    turns(2);
    now = Instant.parse("2027-03-11T00:00:00Z");
    turns(60);

    assertThat(requests())
        .hasSize(750)
        .extracting(SendRequest::recipientId)
        .doesNotHaveDuplicates();
  }

  /** Else hundreds of small zones, one after another, would keep the pages of the sender small. */
  @Test
  void onlyTheFirstZoneBeginsWithASmallPage() {
    started(300, 290);
    now = Instant.parse("2027-03-11T00:00:00Z");
    List<Integer> pages = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      turns(1);
      pages.add(requests().size());
    }

    assertThat(pages.stream().filter(size -> size > 0)).containsExactly(10, 290);
  }

  @Test
  void aPauseKeepsTheZoneAndThePlaceInIt() {
    UUID campaign = started(650, 50);
    now = Instant.parse("2027-03-10T08:00:00Z");
    turns(2);
    int before = requests().size();
    assertThat(before).isBetween(1, 599);

    command("pause", campaign);
    turns(2);
    now = Instant.parse("2027-03-10T10:00:00Z");
    command("resume", campaign);
    turns(20);
    assertThat(before + requests().size()).isEqualTo(600);

    now = Instant.parse("2027-03-11T00:00:00Z");
    turns(20);
    assertThat(perZone()).isEqualTo(Map.of(TOKYO, 50L));
  }

  /** A page of them looks at 10,000 rows, of which perhaps none is theirs. */
  @Test
  void aFewWithoutAZoneAreFoundAmongManyWithOne() {
    started(25_000, 24_998);
    now = Instant.parse("2027-03-10T08:00:00Z");
    turns(20);

    assertThat(perZone()).isEqualTo(Map.of("none", 2L));
  }

  /** It would be read by another pass as well, or by none. */
  @Test
  void noZoneChangesOnceTheCampaignHasStarted() {
    UUID campaign = atNine(10);
    zone(campaign, 1, 10, BRAZIL);
    zone(campaign, 1, 5, TOKYO);
    command("start", campaign);
    turns(2);

    assertThatThrownBy(() -> zone(campaign, 1, 1, BRAZIL))
        .hasMessageContaining("fixed once their campaign has started");
    // As programs write that save whole objects.
    assertThatCode(() -> zone(campaign, 1, 5, TOKYO)).doesNotThrowAnyException();
  }

  @Test
  void aStartWaitsForAChangeOfAZone() throws SQLException {
    UUID campaign = atNine(1);
    try (Connection elsewhere = fixture.elsewhere();
        Statement change = elsewhere.createStatement()) {
      change.execute(
          "UPDATE sluice.campaign_recipient SET time_zone = 'Asia/Tokyo' WHERE campaign_id = '"
              + campaign
              + "'");
      command("start", campaign);
      turns(2);
      assertThat(row(campaign)).isEqualTo(CampaignStatus.DRAFT);
      elsewhere.commit();
    }
    turns(10);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);

    now = Instant.parse("2027-03-11T00:00:00Z");
    turns(5);
    assertThat(perZone()).isEqualTo(Map.of(TOKYO, 1L));
  }

  /** It cannot read the stored state, so that it pauses the campaign and leaves that as it is. */
  @Test
  void aResumeAloneEndsAPauseByAnEarlierProducer() {
    UUID campaign = started(10, 0);
    inForce.put(Control.campaignKey(campaign), new Control(Control.State.PAUSED, "unreadable"));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.PAUSED);
    now = Instant.parse("2027-03-10T08:00:00Z");
    turns(5);
    assertThat(requests()).isEmpty();

    command("resume", campaign);
    turns(2);
    hearControls();
    turns(5);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    assertThat(requests()).hasSize(10);
  }

  /** Else a page would be full of others' variables, and the pass would never end. */
  @Test
  void thoseOfOtherZonesTakeNoPlaceInAPage() {
    UUID campaign = atNine(60);
    zone(campaign, 1, 50, TOKYO);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET variables ="
                + " jsonb_build_object('name', 'Ana', 'more', repeat('x', 30000))"
                + " WHERE campaign_id = ? AND time_zone IS NOT NULL",
            campaign);
    command("start", campaign);
    turns(2);
    now = Instant.parse("2027-03-10T08:00:00Z");
    turns(5);
    assertThat(perZone()).isEqualTo(Map.of("none", 10L));

    now = Instant.parse("2027-03-11T00:00:00Z");
    turns(30);
    assertThat(perZone()).isEqualTo(Map.of(TOKYO, 50L));
  }

  /**
   * Else those who are left would wait for the next day, as it is past their time at the repair.
   */
  @Test
  void aRepairKeepsTheMomentsOfTheStart() {
    UUID campaign = started(20, 10);
    set(campaign, CAMPAIGN.STARTED_AT, START);

    loseTheStore();
    now = Instant.parse("2027-03-10T20:00:00Z");
    repair(campaign);
    turns(5);
    assertThat(perZone()).isEqualTo(Map.of("none", 10L));

    now = Instant.parse("2027-03-11T00:00:00Z");
    turns(5);
    assertThat(perZone()).isEqualTo(Map.of(TOKYO, 10L));
  }

  @Test
  void aResendThatGoesOnAfterARepairWaitsForNoLocalTime() {
    UUID campaign = started(10, 10);
    set(campaign, CAMPAIGN.STARTED_AT, START);
    set(campaign, CAMPAIGN.ROUND, 2);

    loseTheStore();
    repair(campaign);
    turns(5);
    assertThat(requests()).hasSize(10);
  }

  /** Other programs write this column. */
  @Test
  void aZoneThatJavaDoesNotKnowCountsAsNone() {
    UUID campaign = atNine(20);
    zone(campaign, 1, 10, "Mars/Olympus");
    zone(campaign, 11, 15, TOKYO);
    command("start", campaign);
    turns(2);
    now = Instant.parse("2027-03-10T08:00:00Z");
    turns(5);

    assertThat(perZone()).isEqualTo(Map.of("Mars/Olympus", 10L, "none", 5L));
  }

  @Test
  void aResendWaitsForNoLocalTime() {
    UUID campaign = started(10, 10);
    now = Instant.parse("2027-03-11T00:00:00Z");
    turns(5);
    assertThat(requests()).hasSize(10);
    complete(campaign);
    now = now.plusSeconds(20);
    turns(5);
    command("resend", campaign);
    turns(10);

    assertThat(requests()).hasSize(10);
  }

  @Test
  void withoutALocalTimeZonesChangeNothing() {
    UUID campaign = fixture.campaign(sender, 20);
    zone(campaign, 1, 10, TOKYO);
    command("start", campaign);
    turns(5);

    assertThat(requests()).hasSize(20);
  }

  private UUID atNine(int recipients) {
    now = START;
    UUID campaign = fixture.campaign(sender, recipients);
    set(campaign, CAMPAIGN.LOCAL_TIME, LocalTime.of(9, 0));
    set(campaign, CAMPAIGN.TIME_ZONE, "Europe/Berlin");
    return campaign;
  }

  /** Starts such a campaign, of which the first recipients are in Tokyo. */
  private UUID started(int recipients, int inTokyo) {
    UUID campaign = atNine(recipients);
    zone(campaign, 1, inTokyo, TOKYO);
    command("start", campaign);
    turns(2);
    return campaign;
  }

  private void zone(UUID campaign, int first, int last, String zone) {
    fixture
        .sql()
        .update(CAMPAIGN_RECIPIENT)
        .set(CAMPAIGN_RECIPIENT.TIME_ZONE, zone)
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaign))
        .and(
            CAMPAIGN_RECIPIENT.PHONE.between(
                "+55119" + (60_000_000 + first), "+55119" + (60_000_000 + last)))
        .execute();
  }

  /** Returns the number of requests written since the last call by their recipients' zones. */
  private Map<String, Long> perZone() {
    return requests().stream()
        .map(this::zone)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  private String zone(SendRequest request) {
    @Nullable String zone =
        fixture
            .sql()
            .select(CAMPAIGN_RECIPIENT.TIME_ZONE)
            .from(CAMPAIGN_RECIPIENT)
            .where(CAMPAIGN_RECIPIENT.ID.eq(request.recipientId()))
            .fetchSingle(CAMPAIGN_RECIPIENT.TIME_ZONE);
    return zone == null ? "none" : zone;
  }
}
