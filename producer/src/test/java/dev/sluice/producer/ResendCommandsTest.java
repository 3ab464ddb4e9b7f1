package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A completed campaign is resent to the recipients that it did not reach. */
class ResendCommandsTest extends FanOutTest {

  @Test
  void aCampaignThatCompletedWhilePausedIsSentOnceMore() {
    UUID campaign = fixture.campaign(sender, 3);
    command("start", campaign);
    turns(2);
    command("pause", campaign);
    turns(2);
    hearControls();
    assertThat(requests()).hasSize(3);
    complete(campaign);

    command("resend", campaign);
    turns(3);
    assertThat(Json.read(controls.readRecord().value(), Control.class).state())
        .isEqualTo(Control.State.RUNNING);
    inForce.clear();
    turns(3);
    assertThat(requests()).hasSize(3).extracting(SendRequest::round).containsOnly(2);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void aResendByReasonReachesThoseWhoFailedForItAlone() {
    UUID campaign = failed(3);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET error_code = '131026' WHERE id ="
                + " (SELECT min(id) FROM sluice.campaign_recipient WHERE campaign_id = ?)",
            campaign);

    commands.pipeInput(
        campaign.toString(), json("resend", campaign).replace("}", ",\"reasons\":[\"131026\"]}"));
    turns(5);

    assertThat(requests()).hasSize(1).extracting(SendRequest::round).containsOnly(2);
  }

  @Test
  void aResendToASelectionReachesThoseAloneHoweverOftenItIsRead() {
    UUID campaign = failed(3);
    long chosen = firstOf(campaign);
    String command =
        json("resend-selected", campaign).replace("}", ",\"recipients\":[" + chosen + "]}");

    commands.pipeInput(campaign.toString(), command);
    turns(5);
    assertThat(requests())
        .hasSize(1)
        .allSatisfy(request -> {
          assertThat(request.recipientId()).isEqualTo(chosen);
          assertThat(request.round()).isEqualTo(2);
        });

    commands.pipeInput(campaign.toString(), command);
    turns(5);
    assertThat(requests()).as("he waits for his message").isEmpty();
  }

  /**
   * An older producer takes the first for one to everybody who failed, and cannot read the other.
   */
  @Test
  void noResendToEverybodyNamesRecipientsAndNoneToASelectionNamesNobody() {
    UUID campaign = failed(3);
    String tooMany =
        LongStream.rangeClosed(0, CampaignCommand.MOST_RECIPIENTS)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(",", "[", "]"));

    refused(campaign, json("resend", campaign).replace("}", ",\"recipients\":[1]}"));
    refused(campaign, json("resend-selected", campaign));
    for (String recipients : List.of("[]", "[null]", tooMany)) {
      refused(
          campaign,
          json("resend-selected", campaign).replace("}", ",\"recipients\":" + recipients + "}"));
    }
    assertThat(row(campaign)).isEqualTo(CampaignStatus.COMPLETED);
  }

  /** It cannot read the stored state, so that it pauses the campaign and leaves that as it is. */
  @Test
  void aResendThatAnEarlierProducerHasPausedGoesOnAndIsSaidToSend() {
    UUID campaign = failed(3);
    long chosen = firstOf(campaign);
    // Its end is announced.
    now = now.plusSeconds(20);
    turns(5);
    commands.pipeInput(
        campaign.toString(),
        json("resend-selected", campaign).replace("}", ",\"recipients\":[" + chosen + "]}"));
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET status = 'PENDING', round = 2 WHERE id = ?",
            chosen);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign SET status = 'PAUSED', round = 2, resend_offset = 1,"
                + " failed = failed - 1, completed_at = NULL WHERE id = ?",
            campaign);
    inForce.put(Control.campaignKey(campaign), new Control(Control.State.PAUSED, "unreadable"));

    turns(3);
    hearControls();
    turns(5);
    assertThat(requests()).extracting(SendRequest::recipientId).containsExactly(chosen);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  private void refused(UUID campaign, String command) {
    commands.pipeInput(campaign.toString(), command);
    turns(5);
    assertThat(new String(deadLetters.readValue(), StandardCharsets.UTF_8)).isEqualTo(command);
    assertThat(requests()).isEmpty();
  }

  private UUID failed(int recipients) {
    UUID campaign = fixture.campaign(sender, recipients);
    command("start", campaign);
    turns(3);
    requests();
    complete(campaign);
    return campaign;
  }

  private long firstOf(UUID campaign) {
    return fixture
        .sql()
        .fetchSingle(
            "SELECT min(id) FROM sluice.campaign_recipient WHERE campaign_id = ?", campaign)
        .get(0, Long.class);
  }

  @Test
  void aResendThatIsNotPossibleLeavesAPausedCampaignPaused() {
    UUID campaign = fixture.campaign(sender, 3);
    command("start", campaign);
    turns(2);
    command("pause", campaign);
    turns(2);
    hearControls();
    requests();

    command("resend", campaign);
    turns(3);
    assertThat(controls.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    command("resume", campaign);
    turns(2);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void aResendOutsideTheHoursWritesNothingUntilTheyBegin() {
    now = Instant.parse("2027-03-10T12:00:00Z");
    UUID campaign = fixture.campaign(sender, 3);
    window(campaign, "09:00", "20:00", "UTC");
    command("start", campaign);
    turns(3);
    assertThat(requests()).hasSize(3);
    complete(campaign);
    now = Instant.parse("2027-03-10T23:00:00Z");
    turns(3);
    hearControls();

    command("resend", campaign);
    turns(5);
    assertThat(requests()).isEmpty();
    assertThat(Json.read(controls.readValue(), Control.class).state())
        .isEqualTo(Control.State.PAUSED);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);

    now = Instant.parse("2027-03-11T10:00:00Z");
    turns(3);
    assertThat(requests()).hasSize(3).extracting(SendRequest::round).containsOnly(2);
  }
}
