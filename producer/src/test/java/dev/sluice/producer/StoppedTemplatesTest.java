package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import java.time.Instant;
import java.util.UUID;
import org.jooq.JSONB;
import org.junit.jupiter.api.Test;

/** With a template that the provider has stopped no campaign starts, and none continues. */
class StoppedTemplatesTest extends FanOutTest {
  private static final String REASON = "the provider has paused the template spring";

  private final String template = "spring-" + UUID.randomUUID();

  @Test
  void aStartIsPausedBeforeAnybodyIsRefused() {
    UUID campaign = campaign();
    say(REASON);
    command("start", campaign);
    turns(3);

    assertPaused(campaign);
    assertThat(fixture.sql().fetchValue(CAMPAIGN.TOTAL, CAMPAIGN.ID.eq(campaign))).isEqualTo(10);
    say(null);
    command("resume", campaign);
    turns(4);
    assertThat(requests()).hasSize(10);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void soIsAScheduledOne() {
    UUID campaign = campaign();
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(20));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    say(REASON);
    now = now.plusSeconds(20);
    turns(4);

    assertPaused(campaign);
  }

  @Test
  void aResumeHoldsTheCampaignAgain() {
    UUID campaign = campaign();
    command("start", campaign);
    command("pause", campaign);
    turns(3);
    say(REASON);
    command("resume", campaign);
    turns(3);

    assertPaused(campaign);
  }

  @Test
  void itsHoursBeginInVain() {
    now = Instant.parse("2027-03-10T23:30:00Z");
    UUID campaign = campaign();
    window(campaign, "09:00", "20:00", "America/Sao_Paulo");
    command("start", campaign);
    turns(3);
    say(REASON);
    now = Instant.parse("2027-03-11T12:30:00Z");
    turns(3);

    assertPaused(campaign);
  }

  @Test
  void nobodyIsSentToOnceMore() {
    UUID campaign = campaign();
    command("start", campaign);
    turns(3);
    assertThat(requests()).hasSize(10);
    complete(campaign);
    say(REASON);
    command("resend", campaign);
    turns(5);

    assertPaused(campaign);
  }

  /** Its row is not read again without an occasion: a person may know better than an event. */
  @Test
  void whatIsSendingGoesOnUntilItIsTold() {
    UUID campaign = campaign();
    command("start", campaign);
    turns(1);
    say(REASON);
    turns(3);

    assertThat(requests()).hasSize(10);
  }

  private void assertPaused(UUID campaign) {
    Control control = newestControl(campaign);
    assertThat(control.state()).isEqualTo(Control.State.PAUSED);
    assertThat(control.reason()).isEqualTo(REASON);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(requests.isEmpty()).isTrue();
  }

  private UUID campaign() {
    UUID campaign = fixture.campaign(sender, 10);
    set(
        campaign,
        CAMPAIGN.MESSAGE,
        JSONB.valueOf(
            "{\"type\":\"template\",\"template\":{\"name\":\""
                + template
                + "\",\"language\":{\"code\":\"pt-BR\"}}}"));
    return campaign;
  }

  /** Sets what the newest event says of the template. */
  private void say(String stopped) {
    fixture
        .sql()
        .execute(
            "INSERT INTO sluice.template_state VALUES (?, 'pt_br', '', ?, now())"
                + " ON CONFLICT (name, language, account) DO UPDATE SET stopped = excluded.stopped",
            template,
            stopped);
  }
}
