package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Commands become requests, results and dead letters. */
class FanOutTopologyTest extends FanOutTest {

  /** All lanes run dry at about the same time then, and each waits for all pages. */
  @Test
  void theFirstPageOfATakenOverCampaignHoldsOneSecondsWork() {
    UUID campaign = fixture.campaign(sender, 2_000);
    command("start", campaign);
    turns(30);
    assertThat(requests()).hasSize(800);
    byte[] state = states().get(campaign.toString());

    loseTheStore();
    states().put(campaign.toString(), state);
    command("pause", campaign);
    command("resume", campaign);
    List<Integer> pages =
        Stream.generate(
                () -> {
                  driver.advanceWallClockTime(Duration.ofMillis(20));
                  return requests().size();
                })
            .filter(page -> page > 0)
            .limit(2)
            .toList();

    assertThat(pages).containsExactly(80, 500);
  }

  private KeyValueStore<String, byte[]> states() {
    return driver.getKeyValueStore(FanOutTopology.STORE);
  }

  @Test
  void aStartBecomesOneRequestARecipientDealtToTheLanesByTurn() {
    UUID campaign = fixture.campaign(sender, 500);
    command("start", campaign);
    turns(10);

    List<TestRecord<String, byte[]>> written = requests.readRecordsToList();
    assertThat(written).hasSize(500);
    assertThat(written).extracting(TestRecord::key).containsOnly(sender + "/0", sender + "/1");
    assertThat(written.stream().filter(record -> record.key().endsWith("/0"))).hasSize(250);
    assertThat(written.stream().map(record -> read(record).recipientId())).doesNotHaveDuplicates();
    SendRequest first = read(written.getFirst());
    assertThat(first.permitsPerSecond()).isEqualTo(40);
    assertThat(first.message().path("text").path("body").asString()).isEqualTo("Olá Ana");
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void aRepeatedStartStartsOnce() {
    UUID campaign = fixture.campaign(sender, 50);
    command("start", campaign);
    command("start", campaign);
    turns(3);
    command("start", campaign);
    turns(3);

    assertThat(requests.readRecordsToList()).hasSize(50);
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void noMoreThanTenSecondsOfWorkIsQueued() {
    UUID campaign = fixture.campaign(sender, 3_000);
    command("start", campaign);
    turns(40);

    // At 80 messages/s; what was fed counts, and workers took nothing.
    assertThat(requests.readRecordsToList()).hasSizeBetween(400, 800);
  }

  @Test
  void moreCampaignsThanThereIsRoomForShareTheRoom() {
    String slow = "slow-" + UUID.randomUUID();
    fixture.sender(slow, 1, 1);
    for (int i = 0; i < 20; i++) {
      command("start", fixture.campaign(slow, 5));
    }
    turns(40);

    assertThat(requests.readRecordsToList()).hasSize(10);
  }

  @Test
  void aFullQueueTakesNothing() {
    waiting.set(1_000);
    command("start", fixture.campaign(sender, 100));
    turns(5);
    assertThat(requests.isEmpty()).isTrue();

    waiting.set(0);
    turns(5);
    assertThat(requests.readRecordsToList()).hasSize(100);
  }

  @Test
  void anUnknownCampaignGoesToTheDeadLettersWithItsReason() {
    UUID nobody = UUID.randomUUID();
    command("start", nobody);
    turns(2);

    TestRecord<String, byte[]> rendered = deadLetters.readRecord();
    assertThat(rendered.key()).isEqualTo(nobody.toString());
    assertThat(new String(rendered.value(), StandardCharsets.UTF_8)).contains("start");
    assertThat(header(rendered, "reason")).isEqualTo("unknown campaign " + nobody);
    assertThat(header(rendered, "topic")).isEqualTo(TOPICS.campaignCommands());
  }

  @Test
  void whatCannotBeReadGoesToTheDeadLettersAndThePipelineGoesOn() {
    UUID campaign = fixture.campaign(sender, 5);
    commands.pipeInput(campaign.toString(), "not json");
    commands.pipeInput(campaign.toString(), "");
    commands.pipeInput("another key", json("start", campaign));
    command("start", campaign);
    turns(2);

    assertThat(deadLetters.readRecordsToList()).hasSize(3);
    assertThat(requests.readRecordsToList()).hasSize(5);
  }

  @Test
  void aCampaignWithoutRecipientsIsCompleteAtOnce() {
    UUID campaign = fixture.campaign(sender, 0);
    command("start", campaign);
    turns(2);

    assertThat(row(campaign)).isEqualTo(CampaignStatus.COMPLETED);
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void suppressedNumbersAreSkippedWithAResult() {
    UUID campaign = fixture.campaign(sender, 3);
    fixture.suppress(campaign, "+5511960000002");
    command("start", campaign);
    turns(2);

    assertThat(requests.readRecordsToList()).hasSize(2);
    SendResult skipped = Json.read(results.readValue(), SendResult.class);
    assertThat(skipped.status()).isEqualTo(RecipientStatus.SUPPRESSED);
    assertThat(skipped.campaignId()).isEqualTo(campaign);
  }

  @Test
  void aMissingVariableFailsThatRecipientAlone() {
    UUID campaign = fixture.campaign(sender, 1);
    fixture.setVariables(campaign, "+5511960000001", "{}");
    command("start", campaign);
    turns(2);

    SendResult failed = Json.read(results.readValue(), SendResult.class);
    assertThat(failed.status()).isEqualTo(RecipientStatus.FAILED);
    assertThat(failed.errorCode()).isEqualTo("missing_variable");
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void requestsAndResultsCarryTheUpstreamsKeyOfTheRecipient() {
    UUID campaign = fixture.campaign(sender, 2);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET external_id = 'crm' || phone"
                + " WHERE campaign_id = ?",
            campaign);
    fixture.setVariables(campaign, "+5511960000002", "{}");
    command("start", campaign);
    turns(2);

    assertThat(read(requests.readRecord()).externalId()).isEqualTo("crm+5511960000001");
    assertThat(Json.read(results.readValue(), SendResult.class).externalId())
        .isEqualTo("crm+5511960000002");
  }

  @Test
  void variablesThatAreNoPlainValuesCountAsMissing() {
    UUID campaign = fixture.campaign(sender, 2);
    fixture.setVariables(campaign, "+5511960000001", "{\"name\":{\"first\":\"Ana\"}}");
    fixture.setVariables(campaign, "+5511960000002", "{\"name\":17}");
    command("start", campaign);
    turns(2);

    assertThat(Json.read(results.readValue(), SendResult.class).errorCode())
        .isEqualTo("missing_variable");
    assertThat(read(requests.readRecord()).message().toString()).contains("Olá 17");
  }

  @Test
  void aPausedCampaignIsFedNothingUntilItResumesWhereItWas() {
    UUID campaign = fixture.campaign(sender, 300);
    command("start", campaign);
    turns(1);
    int before = requests.readRecordsToList().size();
    command("pause", campaign);
    turns(5);

    assertThat(before).isBetween(1, 299);
    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(newestControl(campaign).state()).isEqualTo(Control.State.PAUSED);

    command("resume", campaign);
    turns(5);
    assertThat(requests.readRecordsToList()).hasSize(300 - before);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void aCancelledCampaignIsFedNothingEver() {
    UUID campaign = fixture.campaign(sender, 300);
    command("start", campaign);
    turns(1);
    requests.readRecordsToList();
    command("cancel", campaign);
    turns(2);
    command("resume", campaign);
    command("start", campaign);
    turns(3);

    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(deadLetters.readRecordsToList()).hasSize(1);
  }

  @Test
  void campaignsThatWaitForAPersonToUnblockTheirSenderAreNamed() {
    UUID campaign = fixture.campaign(sender, 300);
    command("start", campaign);
    turns(1);
    inForce.put(Control.senderKey(sender), new Control(Control.State.BLOCKED, "190: token"));
    turns(1);
    assertThat(health.problems().get("blocked")).contains(sender + "=190: token");

    inForce.put(Control.senderKey(sender), Control.blockedUntilBack("whatsapp", "503"));
    turns(1);
    assertThat(health.problems()).as("workers end it").doesNotContainKey("blocked");
  }

  @Test
  void whatIsWrongWithCampaignsIsReportedByTheProducerThatTakesThemOver() {
    UUID faulty = fixture.campaign(sender, 10);
    window(faulty, "00:00", "00:00", "Mars/Olympus");
    UUID campaign = fixture.campaign(sender, 2_000);
    command("start", faulty);
    command("start", campaign);
    turns(130);
    inForce.put(Control.senderKey(sender), new Control(Control.State.BLOCKED, "190: token"));
    turns(1);
    assertThat(health.problems()).containsKeys("campaigns", "blocked");

    loseTheStore();
    assertThat(health.problems()).doesNotContainKeys("campaigns", "blocked");
  }

  @Test
  void controlsThatNobodyCanReadGoToTheDeadLetters() {
    TestInputTopic<String, String> written =
        driver.createInputTopic(TOPICS.controls(), new StringSerializer(), new StringSerializer());
    written.pipeInput("sender/brazil", "{\"state\":\"BLOCKED\",\"reason\":\"190\"}");
    written.pipeInput("sender/brazil", (String) null);
    written.pipeInput("sender/brazil", "{\"state\":\"EXPLODED\"}");
    written.pipeInput("somebody", "{\"state\":\"PAUSED\"}");

    List<TestRecord<String, byte[]>> renderedRequests = deadLetters.readRecordsToList();
    assertThat(renderedRequests).hasSize(2);
    assertThat(header(renderedRequests.get(0), "topic")).isEqualTo(TOPICS.controls());
    assertThat(header(renderedRequests.get(1), "reason"))
        .contains("neither a campaign nor a sender");
  }

  @Test
  void campaignsOfASenderShareItsRateByTheirPriorities() {
    UUID one = fixture.campaign(sender, 1_000);
    UUID three = fixture.campaign(sender, 1_000);
    set(three, CAMPAIGN.PRIORITY, 3);
    command("start", one);
    command("start", three);
    turns(10);

    Map<UUID, Long> fed =
        requests.readRecordsToList().stream()
            .map(FanOutTest::read)
            .collect(Collectors.groupingBy(SendRequest::campaignId, Collectors.counting()));
    // Approximately, because a page of the larger share ends at 500.
    assertThat(fed.get(three)).isCloseTo(3 * fed.get(one), Percentage.withPercentage(10));
  }

  @Test
  void aCampaignThatSkipsEveryoneLeavesTheRateToTheSendersOthers() {
    UUID skipped = fixture.campaign(sender, 10_000);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET variables = '{}' WHERE campaign_id = ?", skipped);
    set(skipped, CAMPAIGN.PRIORITY, 100);
    UUID healthy = fixture.campaign(sender, 500);
    command("start", skipped);
    command("start", healthy);
    turns(20);

    assertThat(results.getQueueSize()).as("skipped, not to its end").isBetween(1L, 9_999L);
    assertThat(requests()).hasSizeGreaterThan(80);
  }

  @Test
  void aDraftCanBeCancelled() {
    UUID campaign = fixture.campaign(sender, 10);
    command("cancel", campaign);
    turns(2);
    command("start", campaign);
    turns(2);

    assertThat(row(campaign)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void cancellingAnUnknownCampaignGoesToTheDeadLetters() {
    command("cancel", UUID.randomUUID());
    turns(2);

    assertThat(deadLetters.readRecordsToList()).hasSize(1);
  }

  @Test
  void whatARecipientsVariablesMakeOfTheMessageMustKeepTheProvidersRules() {
    UUID campaign = fixture.campaign(sender, 2);
    fixture.setVariables(campaign, "+5511960000001", "{\"name\":\"" + "x".repeat(5_000) + "\"}");
    command("start", campaign);
    turns(2);

    SendResult failed = Json.read(results.readValue(), SendResult.class);
    assertThat(failed.status()).isEqualTo(RecipientStatus.FAILED);
    assertThat(failed.errorCode()).isEqualTo("invalid_message");
    assertThat(failed.errorDetail()).contains("at most 4096");
    assertThat(requests.readRecordsToList()).hasSize(1);
  }
}
