package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.state.InputOffsets;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A campaign starts once, with all of its recipients, and never from the beginning again. */
class CampaignStartsTest extends FanOutTest {

  @Test
  void aStartWaitsForAnImportAndSendsToWhatItBringsAndNobodyElseWaits() throws SQLException {
    UUID importing = fixture.campaign(sender, 50);
    UUID other = fixture.campaign(sender, 20);
    try (Connection elsewhere = fixture.elsewhere()) {
      add(elsewhere, importing, 10);
      command("start", importing);
      command("start", other);
      turns(3);
      assertThat(requests()).hasSize(20).extracting(SendRequest::campaignId).containsOnly(other);
      assertThat(row(importing)).isEqualTo(CampaignStatus.DRAFT);
      elsewhere.commit();
    }

    turns(10);
    assertThat(requests()).hasSize(60).extracting(SendRequest::campaignId).containsOnly(importing);
    assertThat(fixture.of(importing, CAMPAIGN.TOTAL)).isEqualTo(60);
  }

  @Test
  void whatShouldStartAndCannotForLongShowsOnHealth() throws SQLException {
    UUID importing = fixture.campaign(sender, 5);
    try (Connection elsewhere = fixture.elsewhere()) {
      add(elsewhere, importing, 1);
      command("start", importing);
      turns(2);
      assertThat(health.problems()).doesNotContainKey("feeding");
      now = now.plus(Duration.ofSeconds(61));
      turns(2);
      assertThat(health.problems().get("feeding")).contains("holds its row");
      elsewhere.commit();
    }
    turns(10);
    assertThat(health.problems()).doesNotContainKey("feeding");
  }

  @Test
  void anEmptyStoreBesideACampaignThatIsSendingDoesNotStartFromTheBeginning() {
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(2);
    assertThat(requests()).hasSize(10);

    loseTheStore();
    command("start", campaign);
    turns(3);

    assertThat(requests()).isEmpty();
    assertThat(header(deadLetters.readRecord(), "reason"))
        .contains("no record of how far it came")
        .contains("sluice campaign repair");
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void afterARepairACampaignThatWasForgottenGoesOnWithThoseWhoArePending() {
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(2);
    assertThat(requests()).hasSize(10);

    loseTheStore();
    now = now.plusSeconds(1);
    byte[] goOn = Json.write(CampaignCommand.goOn(campaign, "test", now));
    commands.pipeInput(
        campaign.toString(), new String(goOn, StandardCharsets.UTF_8), now.plusSeconds(1));
    turns(3);

    assertThat(requests()).hasSize(10);
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void theSameCommandGoesOnAfterACrashBetweenTheRowAndTheStore() {
    UUID campaign = fixture.campaign(sender, 10);
    Instant asked = now;
    commands.pipeInput(campaign.toString(), json("start", campaign), asked);
    turns(2);
    assertThat(requests()).hasSize(10);

    // None of it was committed.
    loseTheStore();
    commands.pipeInput(campaign.toString(), json("start", campaign), asked);
    turns(3);
    assertThat(requests()).hasSize(10);
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void aCrashInTheStartOfAScheduledCampaignIsNoDifferent() {
    UUID campaign = fixture.campaign(sender, 10);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.minusSeconds(1));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    turns(3);
    assertThat(requests()).hasSize(10);
    TestRecord<String, byte[]> command = output(TOPICS.campaignCommands()).readRecord();
    assertThat(command.key()).isEqualTo(campaign.toString());

    loseTheStore();
    commands.pipeInput(
        command.key(),
        new String(command.value(), StandardCharsets.UTF_8),
        command.getRecordTime());
    turns(3);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    assertThat(requests()).hasSize(10);
  }

  @Test
  void aStartThatSomebodyApprovedHasNoEffectOnceThatIsWithdrawn() {
    UUID withdrawn = fixture.campaign(sender, 10);
    UUID approved = fixture.campaign(sender, 10);
    set(approved, CAMPAIGN.APPROVED_BY, "ada");

    approvedStart(withdrawn);
    approvedStart(approved);
    turns(4);

    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(approved);
    assertThat(row(withdrawn)).isEqualTo(CampaignStatus.DRAFT);
    assertThat(deadLetters.isEmpty()).isTrue();

    // Somebody approves it anew.
    set(withdrawn, CAMPAIGN.APPROVED_BY, "abe");
    approvedStart(withdrawn);
    turns(3);
    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(withdrawn);
  }

  @Test
  void aStartHasNoEffectOnceTheCampaignHasOtherRecipientsThanWereReviewed() {
    UUID filled = fixture.campaign(sender, 10);
    UUID same = fixture.campaign(sender, 10);

    start(filled, null, 9L);
    start(same, null, 10L);
    turns(4);

    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(same);
    assertThat(row(filled)).isEqualTo(CampaignStatus.DRAFT);
    assertThat(deadLetters.isEmpty()).isTrue();

    // Somebody reviews it again.
    start(filled, null, 10L);
    turns(3);
    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(filled);
  }

  /** The producer reads what is due some seconds ahead. */
  @Test
  void aTimeThatIsTakenAwayInTheLastMomentTakesTheApprovalWithIt() {
    UUID campaign = fixture.campaign(sender, 10);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(2));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    set(campaign, CAMPAIGN.APPROVED_BY, "ada");
    turns(2);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign SET status = 'DRAFT', scheduled_at = NULL, approved_by = NULL"
                + " WHERE id = ?",
            campaign);

    turns(60);

    TestRecord<String, byte[]> start = output(TOPICS.campaignCommands()).readRecord();
    assertThat(Json.read(start.value(), CampaignCommand.class).approvedBy()).isEqualTo("ada");
    assertThat(requests()).isEmpty();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.DRAFT);
  }

  /** Its recipients are still imported, perhaps. */
  @Test
  void aTimeThatIsTakenAwayInTheLastMomentStartsNothing() {
    UUID campaign = fixture.campaign(sender, 10);
    Instant due = now.plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
    set(campaign, CAMPAIGN.SCHEDULED_AT, due);
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    turns(2);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign SET status = 'DRAFT', scheduled_at = NULL WHERE id = ?",
            campaign);

    turns(60);

    TestRecord<String, byte[]> start = output(TOPICS.campaignCommands()).readRecord();
    assertThat(Json.read(start.value(), CampaignCommand.class).dueAt()).isEqualTo(due);
    assertThat(requests()).isEmpty();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.DRAFT);
    assertThat(deadLetters.isEmpty()).isTrue();

    // Somebody starts it.
    command("start", campaign);
    turns(3);
    assertThat(requests()).hasSize(10);
  }

  @Test
  void recordsThatComeAgainBecauseOffsetsWereLostArePassedOver() {
    UUID campaign = fixture.campaign(sender, 10);
    driver
        .<String, byte[]>getKeyValueStore(FanOutTopology.INPUTS)
        .put(
            TOPICS.campaignCommands() + "-0",
            Json.write(new InputOffsets.Place(100, now.toEpochMilli())));
    commands.pipeInput(campaign.toString(), json("start", campaign), now.minusSeconds(60));
    turns(3);
    assertThat(requests()).isEmpty();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.DRAFT);

    // A recreated topic begins with small offsets as well.
    commands.pipeInput(campaign.toString(), json("start", campaign), now.plusSeconds(1));
    turns(3);
    assertThat(requests()).hasSize(10);
  }

  private void approvedStart(UUID campaign) {
    start(campaign, "ada", null);
  }

  private void start(UUID campaign, @Nullable String approvedBy, @Nullable Long reviewed) {
    byte[] start =
        Json.write(CampaignCommand.start(campaign, "user:ada@10.0.0.7", now, approvedBy, reviewed));
    commands.pipeInput(campaign.toString(), new String(start, StandardCharsets.UTF_8));
  }

  private static void add(Connection connection, UUID campaign, int recipients)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
            SELECT ?, '+55118' || (60000000 + n), '{"name":"Ana"}' FROM generate_series(1, ?) AS n
            """)) {
      statement.setObject(1, campaign);
      statement.setInt(2, recipients);
      statement.execute();
    }
  }
}
