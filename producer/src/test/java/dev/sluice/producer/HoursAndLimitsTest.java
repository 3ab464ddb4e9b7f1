package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests when campaigns send, and to how many people in a day. */
class HoursAndLimitsTest extends FanOutTest {

  @Test
  void aStartBeforeItsTimeSchedulesTheCampaign() {
    UUID campaign = fixture.campaign(sender, 10);
    Instant at = now.plus(Duration.ofMinutes(10));
    set(campaign, CAMPAIGN.SCHEDULED_AT, at);
    command("start", campaign);
    turns(3);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SCHEDULED);
    assertThat(requests.isEmpty()).isTrue();

    now = at.minusMillis(200);
    turns(2);
    assertThat(requests.isEmpty()).isTrue();
    turns(4);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    assertThat(requests.readRecordsToList()).hasSize(10);
  }

  @Test
  void whatIsScheduledInTheTableAloneStartsAtItsTimeToo() {
    UUID campaign = fixture.campaign(sender, 10);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(20));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    turns(3);
    assertThat(requests.isEmpty()).isTrue();

    now = now.plusSeconds(20);
    turns(3);
    assertThat(requests.readRecordsToList()).hasSize(10);
  }

  /** The upload of its file may have failed; started without recipients, it would complete. */
  @Test
  void whatIsScheduledWithoutRecipientsWaitsForThem() {
    UUID campaign = fixture.campaign(sender, 0);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(20));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    now = now.plusSeconds(30);
    turns(3);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SCHEDULED);

    fixture
        .sql()
        .execute(
            "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
                + " VALUES (?, '+5511960000001', '{\"name\":\"Ana\"}')",
            campaign);
    now = now.plusSeconds(30);
    turns(3);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    assertThat(requests.readRecordsToList()).hasSize(1);
  }

  @Test
  void aCancelledScheduleNeverStarts() {
    UUID campaign = fixture.campaign(sender, 10);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(20));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    command("cancel", campaign);
    turns(2);
    now = now.plusSeconds(30);
    turns(3);

    assertThat(row(campaign)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(requests.isEmpty()).isTrue();
  }

  /** Its row must show its recipients as pending, not that it had none. */
  @Test
  void aCampaignThatIsCancelledBeforeItsStartHasItsTotal() {
    UUID campaign = fixture.campaign(sender, 10);
    command("cancel", campaign);
    turns(2);

    assertThat(row(campaign)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(fixture.of(campaign, CAMPAIGN.TOTAL)).isEqualTo(10);
  }

  @Test
  void outsideItsWindowACampaignIsPausedAndGoesOnByItself() {
    now = Instant.parse("2027-03-10T12:00:00Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 500);
    command("start", campaign);
    turns(1);
    int before = requests.readRecordsToList().size();
    // 20:00 there.
    now = Instant.parse("2027-03-10T23:00:00Z");
    turns(3);

    assertThat(before).isPositive();
    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    Control quiet = newestControl(campaign);
    assertThat(quiet.state()).isEqualTo(Control.State.PAUSED);
    assertThat(quiet.reason()).contains("09:00-20:00 America/Sao_Paulo");

    now = Instant.parse("2027-03-11T12:00:00Z");
    turns(10);
    assertThat(newestControl(campaign).state()).isEqualTo(Control.State.RUNNING);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    assertThat(requests.readRecordsToList()).hasSize(500 - before);
  }

  /** What is queued must not leave after hours either. */
  @Test
  void theWindowClosesForWhatIsQueuedAsWell() {
    now = Instant.parse("2027-03-10T22:59:55Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 5);
    command("start", campaign);
    turns(3);
    assertThat(requests.readRecordsToList()).hasSize(5);
    now = Instant.parse("2027-03-10T23:00:00Z");
    turns(2);

    assertThat(newestControl(campaign).state()).isEqualTo(Control.State.PAUSED);
  }

  @Test
  void aCampaignThatPeoplePausedStaysPausedWhenItsWindowOpens() {
    now = Instant.parse("2027-03-10T23:30:00Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 10);
    command("start", campaign);
    turns(2);
    command("pause", campaign);
    turns(2);
    now = Instant.parse("2027-03-11T12:30:00Z");
    turns(3);
    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);

    command("resume", campaign);
    turns(3);
    assertThat(requests.readRecordsToList()).hasSize(10);
  }

  @Test
  void aResumeOutsideTheWindowWaitsForIt() {
    now = Instant.parse("2027-03-10T23:30:00Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 10);
    command("start", campaign);
    command("pause", campaign);
    turns(2);
    controls.readRecordsToList();
    command("resume", campaign);
    turns(3);

    Control still = Json.read(controls.readValue(), Control.class);
    assertThat(still.state()).isEqualTo(Control.State.PAUSED);
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void noMoreDifferentPeopleThanTheDailyLimitAreWrittenToInADay() {
    fixture.limit(sender, 30);
    UUID first = fixture.campaign(sender, 20);
    UUID second = fixture.campaign(sender, 50);
    command("start", first);
    turns(5);
    command("start", second);
    turns(10);

    // The second campaign's first twenty numbers are the first one's, so they do not count again.
    assertThat(requests.readRecordsToList()).hasSize(20 + 30);

    now = now.plus(SendRequest.COUNTS_FOR).plusSeconds(1);
    turns(10);
    assertThat(requests.readRecordsToList()).hasSize(20);
  }

  private UUID windowed(String start, String end, String zone, int recipients) {
    UUID campaign = fixture.campaign(sender, recipients);
    window(campaign, start, end, zone);
    return campaign;
  }

  @Test
  void aClockThatIsSetBackDelaysNoStartThatIsDue() {
    turns(1);
    clockSet = Duration.ofHours(-1);
    UUID campaign = fixture.campaign(sender, 1);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plus(clockSet));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    now = now.plusSeconds(6);
    turns(5);

    assertThat(requests()).hasSize(1);
  }
}
