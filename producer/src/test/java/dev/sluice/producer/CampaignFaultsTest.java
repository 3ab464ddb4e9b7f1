package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.sql.RecipientPages;
import dev.sluice.producer.sql.SqlRecipientPages;
import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.util.UUID;
import org.jooq.JSONB;
import org.junit.jupiter.api.Test;

/** A fault of one campaign, or of one recipient, must not affect any other. */
class CampaignFaultsTest extends FanOutTest {

  /** Enough turns for all tries of a campaign that cannot work. */
  private static final int TRIES = 120;

  @Test
  void aCampaignWithAnUnknownTimeZoneIsPausedWithTheReasonAndTheOthersGoOn() {
    UUID faulty = fixture.campaign(sender, 10);
    window(faulty, "00:00", "00:00", "Mars/Olympus");
    UUID sound = fixture.campaign(sender, 10);
    command("start", faulty);
    command("start", sound);
    turns(2);
    assertThat(requests()).extracting(SendRequest::campaignId).containsOnly(sound);

    turns(TRIES);
    assertThat(requests()).isEmpty();
    assertThat(row(faulty)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(health.problems().get("campaigns")).contains("Mars/Olympus");
    Control control = newestControl(faulty);
    assertThat(control.state()).isEqualTo(Control.State.PAUSED);
    assertThat(control.reason()).contains("Mars/Olympus");

    set(faulty, CAMPAIGN.TIME_ZONE, "America/Recife");
    command("resume", faulty);
    hearControls();
    turns(3);
    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(faulty);
    assertThat(row(faulty)).isEqualTo(CampaignStatus.SENDING);
    assertThat(health.problems()).doesNotContainKey("campaigns");
  }

  @Test
  void aMessageThatCannotBeReadPausesItsCampaign() {
    UUID faulty = fixture.campaign(sender, 10);
    set(faulty, CAMPAIGN.MESSAGE, JSONB.valueOf("{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000)));
    command("start", faulty);
    turns(TRIES);

    assertThat(row(faulty)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(Json.read(controls.readValue(), Control.class).reason()).contains("depth");
  }

  @Test
  void aMessageThatIsNestedTooDeepForARequestPausesItsCampaign() {
    UUID faulty = fixture.campaign(sender, 10);
    set(faulty, CAMPAIGN.MESSAGE, JSONB.valueOf("{\"a\":".repeat(150) + "1" + "}".repeat(150)));
    command("start", faulty);
    turns(TRIES);

    assertThat(row(faulty)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(newestControl(faulty).reason()).contains("deeper than 100");
  }

  @Test
  void bracesThatWouldBeSentAsTheyStandPauseTheCampaign() {
    UUID faulty = fixture.campaign(sender, 10);
    set(
        faulty,
        CAMPAIGN.MESSAGE,
        JSONB.valueOf("{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}, hello\"}}"));
    command("start", faulty);
    turns(TRIES);

    assertThat(requests()).isEmpty();
    assertThat(row(faulty)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(newestControl(faulty).reason())
        .contains("{{name}, hello")
        .contains("is not a variable");
  }

  @Test
  void aMessageOfVeryManyPartsPausesTheCampaign() {
    UUID faulty = fixture.campaign(sender, 10);
    set(faulty, CAMPAIGN.MESSAGE, parts(2_000));
    command("start", faulty);
    turns(TRIES);

    assertThat(requests()).isEmpty();
    assertThat(row(faulty)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(newestControl(faulty).reason()).contains("2000 are allowed");
  }

  /** A hundred of them take 20 MB in memory. */
  @Test
  void aPageOfMessagesWithManyPartsIsSmallAlthoughTheirTextsAreShort() {
    UUID campaign = fixture.campaign(sender, 100);
    set(campaign, CAMPAIGN.MESSAGE, parts(1_900));

    assertThat(firstPage(campaign).renderedRequests()).hasSizeBetween(10, 30);
  }

  private static JSONB parts(int parts) {
    return JSONB.valueOf(
        "{\"type\":\"interactive\",\"interactive\":{\"a\":[\"{{name}}\""
            + ",{}".repeat(parts)
            + "]}}");
  }

  private PreparedPage firstPage(UUID campaign) {
    FanOutRepositories sql = FanOutRepositories.of(fixture.sql(), () -> now, () -> now, null);
    return new PagePreparation(sql, () -> now)
        .next(
            sql.rows().find(campaign).orElseThrow(),
            sql.rows().sender(sender),
            new FanOutState.Progress(sender, Cursor.START, 0, null),
            100);
  }

  @Test
  void variablesThatCannotBeReadFailTheirRecipientAlone() {
    UUID campaign = fixture.campaign(sender, 3);
    fixture.setVariables(
        campaign, "+5511960000002", "{\"a\":" + "[".repeat(600) + "]".repeat(600) + "}");
    command("start", campaign);
    turns(2);

    assertThat(requests()).hasSize(2);
    SendResult failed = Json.read(results.readValue(), SendResult.class);
    assertThat(failed.errorCode()).isEqualTo("missing_variable");
  }

  @Test
  void aVariableOfMegabytesFailsItsRecipientAlone() {
    UUID campaign = fixture.campaign(sender, 3);
    fixture.setLargeVariables(campaign, "+5511960000002", "large", 2_600_000);
    command("start", campaign);
    turns(2);

    assertThat(requests()).hasSize(2);
    SendResult failed = Json.read(results.readValue(), SendResult.class);
    assertThat(failed.errorCode()).isEqualTo("variables_too_large");
    assertThat(failed.round()).isEqualTo(2);
  }

  @Test
  void aMessageThatBecomesTooLongFailsItsRecipientAlone() {
    UUID campaign = fixture.campaign(sender, 2);
    set(
        campaign,
        CAMPAIGN.MESSAGE,
        JSONB.valueOf("{\"type\":\"text\",\"text\":{\"body\":\"" + "{{a}}".repeat(4_000) + "\"}}"));
    fixture.setVariables(campaign, "+5511960000001", "{\"a\":\"" + "x".repeat(20_000) + "\"}");
    fixture.setVariables(campaign, "+5511960000002", "{\"a\":\"x\"}");
    command("start", campaign);
    turns(2);

    assertThat(requests()).extracting(SendRequest::to).containsExactly("+5511960000002");
    assertThat(Json.read(results.readValue(), SendResult.class).errorCode())
        .isEqualTo("message_too_long");
  }

  /** Together they are 6 MB, and a page holds no more than one. */
  @Test
  void aPageThatWouldBeTooLargeIsReadInSmallerOnes() {
    UUID campaign = fixture.campaign(sender, 100);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient"
                + " SET variables = variables || jsonb_build_object('large', repeat('x', 60000))"
                + " WHERE campaign_id = ?",
            campaign);
    RecipientPages pages = new SqlRecipientPages(fixture.producer(), () -> now);
    assertThat(pages.after(campaign, null, Cursor.START, null, 100, null))
        .hasSize(100)
        .filteredOn(RecipientPages.Recipient::fits)
        .hasSize(17);

    command("start", campaign);
    turns(20);
    assertThat(requests())
        .hasSize(100)
        .extracting(SendRequest::recipientId)
        .doesNotHaveDuplicates();
  }

  /** Variables of 1 KB make messages of 66 KB with 62 parts; a page holds 4 MB. */
  @Test
  void aPageWhoseMessagesWouldBeTooLargeIsWrittenInSmallerOnes() {
    UUID campaign = fixture.campaign(sender, 100);
    set(
        campaign,
        CAMPAIGN.MESSAGE,
        JSONB.valueOf(
            "{\"type\":\"interactive\",\"interactive\":{\"texts\":[\"{{a}}\""
                + ",\"{{a}}\"".repeat(59)
                + "]}}"));
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient"
                + " SET variables = jsonb_build_object('a', repeat('x', 1000))"
                + " WHERE campaign_id = ?",
            campaign);
    PreparedPage page = firstPage(campaign);
    assertThat(page.renderedRequests()).hasSize(63);
    assertThat(page.last()).isFalse();

    command("start", campaign);
    turns(20);
    assertThat(requests())
        .hasSize(100)
        .extracting(SendRequest::recipientId)
        .doesNotHaveDuplicates();
  }

  /** It is alone on its sender, so that its successful look-ups come between its pages. */
  @Test
  void aCampaignWhosePagesAreRefusedIsPausedWithTheReason() {
    UUID faulty = limited();
    fixture.asOwner(
        "ALTER TABLE sluice.sender_recipient ADD CONSTRAINT no_people"
            + " CHECK (sender_id <> '"
            + sender
            + "') NOT VALID");
    command("start", faulty);
    turns(TRIES);

    assertThat(row(faulty)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(newestControl(faulty).reason()).contains("no_people");
  }

  /** The missing name might affect all campaigns, but does not. */
  @Test
  void aCampaignWhosePagesMeetABrokenTriggerIsPausedAndTheOthersGoOn() {
    UUID faulty = limited();
    fixture.asOwner(
        "CREATE FUNCTION sluice.broken() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM 1 FROM sluice.gone; RETURN NEW; END'");
    fixture.asOwner(
        "CREATE TRIGGER broken BEFORE INSERT ON sluice.sender_recipient FOR EACH ROW WHEN"
            + " (NEW.sender_id = '"
            + sender
            + "') EXECUTE FUNCTION sluice.broken()");
    String other = "s-" + UUID.randomUUID();
    fixture.sender(other, 80, 1);
    UUID sound = fixture.campaign(other, 10);
    command("start", faulty);
    turns(4);
    command("start", sound);
    turns(2);
    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(sound);
    assertThat(health.problems()).isEmpty();

    turns(TRIES);
    assertThat(row(faulty)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(newestControl(faulty).reason()).contains("sluice.gone");
  }

  @Test
  void aNameThatIsMissingForEverybodyPausesNobody() {
    UUID campaign = limited();
    fixture.asOwner("ALTER TABLE sluice.sender_recipient RENAME TO sender_recipient_away");
    try {
      command("start", campaign);
      turns(TRIES);
      assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
      assertThat(health.problems().get("postgresql")).contains("sender_recipient");
    } finally {
      fixture.asOwner("ALTER TABLE sluice.sender_recipient_away RENAME TO sender_recipient");
    }
    turns(TRIES);
    assertThat(requests()).hasSize(10);
  }

  /** Creates a campaign whose sender has a daily limit. */
  private UUID limited() {
    fixture.limit(sender, 1_000);
    return fixture.campaign(sender, 10);
  }

  @Test
  void aCampaignWhoseRowIsGoneIsForgottenAndTheOthersGoOn() {
    UUID gone = fixture.campaign(sender, 3_000);
    UUID sound = fixture.campaign(sender, 3_000);
    command("start", gone);
    command("start", sound);
    turns(3);
    fixture.delete(gone);
    command("pause", gone);
    turns(TRIES);
    requests();
    command("resume", gone);
    command("pause", sound);
    turns(3);

    assertThat(row(sound)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(header(deadLetters.readRecord(), "reason")).contains("was not started");
    assertThat(health.problems()).doesNotContainKeys("campaigns", "postgresql");
  }

  @Test
  void aCommandThatIsTooLargeIsADeadLetter() {
    UUID campaign = fixture.campaign(sender, 1);
    commands.pipeInput(
        campaign.toString(),
        json("start", campaign).replace("}", ",\"padding\":\"" + "x".repeat(900_000) + "\"}"));
    turns(2);

    assertThat(header(deadLetters.readRecord(), "reason")).contains("longer than 65536 bytes");
    assertThat(requests()).isEmpty();
  }
}
