package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests returned unsent by workers are written again, once, when their campaign goes on. */
class ReturnedRequestsTest extends FanOutTest {
  private static final Instant TRIED = Instant.parse("2027-03-10T12:00:00Z");

  @Test
  void aResumedCampaignWritesExactlyWhatWasGivenBackAndThenGoesOn() {
    UUID campaign = fixture.campaign(sender, 1_000);
    command("start", campaign);
    turns(1);
    List<SendRequest> first = requests();
    command("pause", campaign);
    turns(1);
    hearControls();
    List<SendRequest> held = first.subList(10, first.size());
    held.forEach(this::giveBack);
    turns(5);
    assertThat(requests()).isEmpty();

    command("resume", campaign);
    hearControls();
    turns(1);

    assertThat(ids(requests())).containsExactlyInAnyOrderElementsOf(ids(held));
    turns(5);
    assertThat(requests())
        .isNotEmpty()
        .extracting(SendRequest::recipientId)
        .doesNotContainAnyElementsOf(ids(first));
  }

  @Test
  void whatIsGivenBackWhenAllIsQueuedIsWrittenAnewAsWell() {
    UUID campaign = fixture.campaign(sender, 20);
    List<SendRequest> first = pausedAfterStart(campaign);
    first.forEach(this::giveBack);
    resume(campaign);

    assertThat(ids(requests())).containsExactlyInAnyOrderElementsOf(ids(first));
    turns(5);
    assertThat(requests()).isEmpty();
  }

  @Test
  void aNewRequestCarriesTheRoundTheAttemptsTheTimeAndTheWaitOfTheFirstOne() {
    UUID campaign = fixture.campaign(sender, 1);
    SendRequest first = pausedAfterStart(campaign).getFirst();
    Instant soon = now.plusSeconds(2);
    giveBack(new ReturnedRequest(first.recipientId(), campaign, 1, 3, TRIED, null, soon));
    resume(campaign);

    SendRequest again = requests().getFirst();
    assertThat(again.round()).isEqualTo(first.round());
    assertThat(again.attempts()).isEqualTo(3);
    assertThat(again.firstTriedAt()).isEqualTo(TRIED);
    assertThat(again.notBefore()).isEqualTo(soon);
  }

  /** As after a resend, while the request of the round before was still open. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofTwoRoundsOfOneRecipientTheNewerIsWrittenAnewWhicheverIsReturnedFirst(boolean newerFirst) {
    UUID campaign = fixture.campaign(sender, 1);
    SendRequest first = pausedAfterStart(campaign).getFirst();
    settle(first, RecipientStatus.PENDING, 2);
    ReturnedRequest older =
        new ReturnedRequest(first.recipientId(), campaign, 1, 3, TRIED, null, null);
    ReturnedRequest newer =
        new ReturnedRequest(first.recipientId(), campaign, 2, 1, TRIED, null, null);
    (newerFirst ? List.of(newer, older) : List.of(older, newer)).forEach(this::giveBack);
    resume(campaign);

    assertThat(requests())
        .singleElement()
        .satisfies(again -> {
          assertThat(again.round()).isEqualTo(2);
          assertThat(again.attempts()).isEqualTo(1);
        });
  }

  /** Workers that are short of memory would return them at once. */
  @Test
  void postponedRequestsWaitHereAndHoldNobodyUp() {
    UUID campaign = fixture.campaign(sender, 20);
    List<SendRequest> first = pausedAfterStart(campaign);
    Instant later = now.plusSeconds(25);
    List<SendRequest> postponed = first.subList(0, 15);
    postponed.forEach(request -> giveBack(postponed(request, later)));
    first.subList(15, 20).forEach(this::giveBack);
    resume(campaign);
    turns(20 * 20);

    assertThat(ids(requests())).containsExactlyInAnyOrderElementsOf(ids(first.subList(15, 20)));
    turns(3 * 20);
    assertThat(ids(requests())).containsExactlyInAnyOrderElementsOf(ids(postponed));
  }

  @Test
  void aCampaignWithPostponedRequestsGoesOnMeanwhile() {
    UUID campaign = fixture.campaign(sender, 200);
    command("start", campaign);
    turns(1);
    List<SendRequest> first = requests();
    first.forEach(request -> giveBack(postponed(request, now.plusSeconds(3_600))));
    turns(20);

    assertThat(requests())
        .hasSize(200 - first.size())
        .extracting(SendRequest::recipientId)
        .doesNotContainAnyElementsOf(ids(first));
  }

  @Test
  void aCampaignMostOfWhoseMessagesArePostponedRestsAndSaysSo() {
    UUID campaign = fixture.campaign(sender, 200);
    command("start", campaign);
    turns(1);
    int begun = requests().size();
    Instant due = now.plusSeconds(3_600);
    for (long id = -20_000; id < 0; id++) {
      giveBack(new ReturnedRequest(id, campaign, 1, 1, TRIED, null, due));
    }
    turns(20);

    assertThat(requests()).isEmpty();
    assertThat(health.problems().get("postponed")).endsWith("=" + due + "}");

    now = due;
    turns(100);
    assertThat(requests()).hasSize(200 - begun);
    assertThat(health.problems()).doesNotContainKey("postponed");
  }

  /** Or a campaign whose messages are postponed again and again would rest less and less. */
  @Test
  void whatIsWrittenAgainDoesNotCountAsMoreOfTheCampaign() {
    UUID campaign = fixture.campaign(sender, 20);
    command("start", campaign);
    turns(2);
    List<SendRequest> first = requests();
    for (int i = 0; i < 5; i++) {
      first.forEach(this::giveBack);
      turns(2);
      assertThat(requests()).hasSize(20);
    }

    String stored =
        new String(
            driver.<String, byte[]>getKeyValueStore(FanOutTopology.STORE).get(campaign.toString()),
            StandardCharsets.UTF_8);
    assertThat(Json.MAPPER.readTree(stored).get("fed").asInt()).isEqualTo(20);
  }

  /** The newest return of a recipient counts. */
  @Test
  void aRequestThatIsPostponedAgainWaitsForThat() {
    UUID campaign = fixture.campaign(sender, 1);
    SendRequest first = pausedAfterStart(campaign).getFirst();
    giveBack(first);
    giveBack(postponed(first, now.plusSeconds(60)));
    resume(campaign);
    assertThat(requests()).isEmpty();

    now = now.plusSeconds(60);
    turns(2);
    assertThat(requests()).hasSize(1);
    turns(2);
    assertThat(driver.getKeyValueStore(FanOutTopology.RETURNS).approximateNumEntries()).isZero();
  }

  @Test
  void whoAskedToBeLeftAloneMeanwhileIsNotWrittenTo() {
    UUID campaign = fixture.campaign(sender, 2);
    List<SendRequest> first = pausedAfterStart(campaign);
    first.forEach(this::giveBack);
    fixture.sql().execute("INSERT INTO sluice.suppression (phone) VALUES ('+5511960000001')");
    try {
      resume(campaign);
    } finally {
      fixture.sql().execute("UPDATE sluice.suppression SET lifted_at = now()");
    }

    assertThat(requests()).extracting(SendRequest::to).containsExactly("+5511960000002");
    SendResult skipped = Json.read(results.readValue(), SendResult.class);
    assertThat(skipped.status()).isEqualTo(RecipientStatus.SUPPRESSED);
  }

  @Test
  void theDailyLimitCountsForWhatIsGivenBack() {
    UUID campaign = fixture.campaign(sender, 2);
    List<SendRequest> first = pausedAfterStart(campaign);
    first.forEach(this::giveBack);
    fixture.limit(sender, 1);
    now = now.plusSeconds(5);
    resume(campaign);

    assertThat(requests()).hasSize(1);
    fixture.limit(sender, 2);
    now = now.plusSeconds(5);
    turns(2);
    assertThat(requests()).hasSize(1);
  }

  @Test
  void whatWasSettledOrBelongsToAnOlderRoundIsNotSentAgain() {
    UUID campaign = fixture.campaign(sender, 3);
    List<SendRequest> first = pausedAfterStart(campaign);
    first.forEach(this::giveBack);
    settle(first.get(0), RecipientStatus.SENT, 1);
    settle(first.get(1), RecipientStatus.PENDING, 2);
    resume(campaign);

    assertThat(requests())
        .extracting(SendRequest::recipientId)
        .containsExactly(first.get(2).recipientId());
    settle(first.get(0), RecipientStatus.PENDING, 1);
    turns(3);
    assertThat(requests()).isEmpty();
  }

  @Test
  void whatAFullLaneGivesBackWaitsUntilTheLaneHasRoom() {
    UUID campaign = fixture.campaign(sender, 1_000);
    command("start", campaign);
    turns(1);
    List<SendRequest> first = requests();
    first.forEach(request -> giveBack(full(request, 60)));
    turns(10);

    assertThat(first).extracting(SendRequest::lane).contains(0, 1);
    assertThat(requests()).isEmpty();
  }

  /** The producer's clock is 20 s ahead of the worker's. */
  @Test
  void aFullLaneIsWrittenNothingHoweverMuchTheClocksDiffer() {
    UUID campaign = fixture.campaign(sender, 20);
    command("start", campaign);
    turns(2);
    List<SendRequest> first = requests();
    now = now.plusSeconds(10);
    for (SendRequest request : first) {
      input(TOPICS.returnedRequests())
          .pipeInput(
              campaign.toString(),
              new String(Json.write(full(request, 18)), StandardCharsets.UTF_8),
              now.minusSeconds(20));
    }
    turns(5);

    assertThat(first).extracting(SendRequest::lane).contains(0, 1);
    assertThat(requests()).isEmpty();
  }

  /** Returns a request unsent because its lane is full for so long. */
  private static ReturnedRequest full(SendRequest request, int seconds) {
    return new ReturnedRequest(
        request.recipientId(),
        request.campaignId(),
        1,
        0,
        null,
        new ReturnedRequest.FullLane(request.lane(), seconds),
        null);
  }

  @Test
  void whatIsGivenBackWhileItsCampaignRunsIsWrittenAnewAtOnce() {
    UUID campaign = fixture.campaign(sender, 20);
    command("start", campaign);
    turns(2);
    List<SendRequest> first = requests();
    first.forEach(this::giveBack);
    turns(2);

    assertThat(ids(requests())).containsExactlyInAnyOrderElementsOf(ids(first));
  }

  @Test
  void aCancelledCampaignForgetsWhatWasGivenBack() {
    UUID campaign = fixture.campaign(sender, 2);
    List<SendRequest> first = pausedAfterStart(campaign);
    giveBack(first.get(0));
    command("cancel", campaign);
    giveBack(first.get(1));
    hearControls();
    turns(3);

    assertThat(requests()).isEmpty();
    assertThat(driver.getKeyValueStore(FanOutTopology.RETURNS).approximateNumEntries()).isZero();
  }

  @Test
  void whatIsGivenBackToAnUnknownCampaignIsADeadLetter() {
    UUID nobody = UUID.randomUUID();
    giveBack(new ReturnedRequest(1, nobody, 1, 0, null));

    assertThat(header(deadLetters.readRecord(), "reason"))
        .isEqualTo("nothing is known of campaign " + nobody);
  }

  @Test
  void aReturnedRequestThatCannotBeReadIsADeadLetter() {
    UUID campaign = fixture.campaign(sender, 1);
    input(TOPICS.returnedRequests()).pipeInput(campaign.toString(), "{\"round\":0}");

    assertThat(deadLetters.readRecordsToList()).hasSize(1);
  }

  @Test
  void aBlockedSenderIsWrittenNothingEvenIfItsProviderIsOnlyAway() {
    inForce.put(Control.senderKey(sender), Control.blockedUntilBack("whatsapp", "503"));
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(5);
    assertThat(requests()).isEmpty();

    inForce.remove(Control.senderKey(sender));
    turns(2);
    assertThat(requests()).hasSize(10);
  }

  @Test
  void pausedCampaignsLeaveTheBacklogAsItIs() {
    for (int i = 0; i < 5; i++) {
      UUID paused = fixture.campaign(sender, 50);
      pausedAfterStart(paused).forEach(this::giveBack);
    }
    UUID campaign = fixture.campaign(sender, 2_000);
    waiting.set(790);
    command("start", campaign);
    turns(10);

    // Ten seconds hold 800, and 250 were written before.
    assertThat(requests()).isEmpty();
  }

  private List<SendRequest> pausedAfterStart(UUID campaign) {
    command("start", campaign);
    turns(2);
    List<SendRequest> first = requests();
    command("pause", campaign);
    turns(1);
    hearControls();
    return first;
  }

  private void resume(UUID campaign) {
    command("resume", campaign);
    hearControls();
    turns(3);
  }

  private void settle(SendRequest request, RecipientStatus status, int round) {
    fixture
        .sql()
        .update(CAMPAIGN_RECIPIENT)
        .set(CAMPAIGN_RECIPIENT.STATUS, status)
        .set(CAMPAIGN_RECIPIENT.ROUND, round)
        .where(CAMPAIGN_RECIPIENT.ID.eq(request.recipientId()))
        .execute();
  }

  private static List<Long> ids(List<SendRequest> some) {
    return some.stream().map(SendRequest::recipientId).toList();
  }

  private static ReturnedRequest postponed(SendRequest request, Instant until) {
    return new ReturnedRequest(
        request.recipientId(), request.campaignId(), request.round(), 1, TRIED, null, until);
  }
}
