package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What an earlier run of a campaign left behind must not strand recipients. */
class LostStateTest extends FanOutTest {

  /** Paused, store lost, repaired as operations.md describes, then resumed. */
  @Test
  void aCampaignThatWasPausedAndForgottenGoesOnAfterARepair() {
    UUID campaign = fixture.campaign(sender, 10);
    // No room, so that no request is queued.
    waiting.set(1_000_000);
    command("start", campaign);
    turns(3);
    command("pause", campaign);
    turns(3);
    hearControls();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    loseTheStore();
    waiting.set(0);
    repair(campaign);
    turns(5);
    hearControls();
    command("resume", campaign);
    turns(5);
    hearControls();
    turns(200);
    assertThat(requests()).hasSize(10);
  }

  /** It was not paused: the store was lost outside its hours and repaired within them. */
  @Test
  void aCampaignForgottenOutsideItsHoursGoesOnWithinThem() {
    now = Instant.parse("2027-03-10T20:00:00Z");
    UUID campaign = fixture.campaign(sender, 10);
    window(campaign, "08:00", "18:00", "UTC");
    command("start", campaign);
    turns(5);
    hearControls();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    loseTheStore();
    now = Instant.parse("2027-03-11T09:00:00Z");
    repair(campaign);
    turns(5);
    hearControls();
    turns(200);
    assertThat(requests()).hasSize(10);
  }

  /** It is paused while an import holds the row of a campaign that is not due yet. */
  @Test
  void aPauseBeforeItsTimeHasComeKeepsNobodyFromBeingSentTo() throws Exception {
    UUID campaign = fixture.campaign(sender, 10);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(60));
    try (var other = fixture.elsewhere()) {
      try (var lock =
          other.prepareStatement("SELECT 1 FROM sluice.campaign WHERE id = ? FOR KEY SHARE")) {
        lock.setObject(1, campaign);
        lock.execute();
      }
      command("start", campaign);
      turns(2);
      command("pause", campaign);
      turns(2);
      other.rollback();
    }
    turns(20);
    hearControls();
    command("resume", campaign);
    now = now.plusSeconds(61);
    turns(200);
    hearControls();
    command("resume", campaign);
    turns(200);
    hearControls();
    assertThat(requests()).hasSize(10);
  }

  /** A resend that comes too early must not swallow the resume that follows it. */
  @Test
  void aResendThatComesTooEarlySwallowsNoResume() {
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(3);
    var first = requests();
    assertThat(first).hasSize(10);
    command("pause", campaign);
    turns(3);
    hearControls();
    first.forEach(this::giveBack);
    command("resend", campaign);
    command("resume", campaign);
    turns(5);
    hearControls();
    turns(100);
    assertThat(requests()).hasSize(10);
  }

  /** The same, if it is paused and resumed while the resend is examined. */
  @Test
  void aPauseAndAResumeDuringAResendThatComesTooEarlyAreObeyed() {
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(3);
    var first = requests();
    command("pause", campaign);
    turns(3);
    hearControls();
    first.forEach(this::giveBack);
    command("resend", campaign);
    command("pause", campaign);
    command("resume", campaign);
    turns(5);
    hearControls();
    turns(100);
    assertThat(requests()).hasSize(10);
  }

  /** A return of an older round must not replace that of the newer one. */
  @Test
  void anOlderRoundsReturnDoesNotPutOutTheNewerOnes() {
    UUID campaign = fixture.campaign(sender, 1);
    command("start", campaign);
    turns(3);
    SendRequest first = requests().getFirst();
    // A receipt settles it while its request still waits to be retried.
    fixture
        .sql()
        .update(CAMPAIGN_RECIPIENT)
        .set(CAMPAIGN_RECIPIENT.STATUS, RecipientStatus.FAILED)
        .where(CAMPAIGN_RECIPIENT.ID.eq(first.recipientId()))
        .execute();
    set(campaign, CAMPAIGN.FAILED, 1L);
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.COMPLETED);
    command("resend", campaign);
    turns(5);
    hearControls();
    SendRequest second = requests().getFirst();
    assertThat(second.round()).isEqualTo(2);
    command("pause", campaign);
    turns(3);
    hearControls();
    giveBack(second);
    giveBack(first);
    command("resume", campaign);
    turns(5);
    hearControls();
    turns(100);
    assertThat(requests()).extracting(SendRequest::round).containsExactly(2);
  }

  /** A cancel must reach the workers even if the campaign's store was lost. */
  @Test
  void aCancelReachesTheWorkersAlthoughTheStoreWasLost() {
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(3);
    assertThat(requests()).hasSize(10);
    loseTheStore();
    command("cancel", campaign);
    turns(5);
    command("cancel", campaign);
    turns(5);
    hearControls();
    assertThat(inForce.get(Control.campaignKey(campaign)).state())
        .isEqualTo(Control.State.CANCELLED);
  }

  /** As the runbook for a lost Kafka says: who is to be sent to again goes into a new draft. */
  @Test
  void aResendOfACampaignFromBeforeTheLossIsRefused() {
    UUID campaign = fixture.campaign(sender, 1);
    command("start", campaign);
    turns(3);
    complete(campaign);
    loseTheStore();

    command("resend", campaign);
    turns(5);

    assertThat(header(deadLetters.readRecord(), "reason")).startsWith("resend is only possible");
    assertThat(row(campaign)).isEqualTo(CampaignStatus.COMPLETED);
    assertThat(requests()).isEmpty();
  }
}
