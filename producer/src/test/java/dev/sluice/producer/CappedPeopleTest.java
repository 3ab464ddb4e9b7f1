package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who has had as many messages lately as a frequency cap allows is skipped, with the reason. */
class CappedPeopleTest extends FanOutTest {

  @BeforeEach
  void nobodyHasHadAMessage() {
    fixture.asOwner("TRUNCATE sluice.contact");
  }

  @Test
  void whoHasHadEnoughIsSkippedWithTheReason() {
    cap(1, 7);
    start(5);
    assertThat(requests()).hasSize(5);
    start(8);

    assertThat(requests()).hasSize(3);
    assertThat(results())
        .hasSize(5)
        .allSatisfy(skipped -> {
          assertThat(skipped.status()).isEqualTo(RecipientStatus.SUPPRESSED);
          assertThat(skipped.errorCode()).isEqualTo("capped");
          assertThat(skipped.errorDetail())
              .isEqualTo("at most 1 message in 7 days from this sender");
        });

    now = now.plus(Duration.ofDays(8));
    start(5);
    assertThat(requests()).hasSize(5);
  }

  @Test
  void theCapOverAllCountsForEverySender() {
    driver.close();
    cap = new FrequencyCap(1, 30);
    open();
    String other = "s-" + UUID.randomUUID();
    fixture.sender(other, 80, 1);
    start(2);
    command("start", fixture.campaign(other, 3));
    turns(5);

    assertThat(requests()).hasSize(3);
    assertThat(results())
        .extracting(SendResult::errorDetail)
        .containsOnly("at most 1 message in 30 days from all senders");
  }

  @Test
  void campaignsThatRunAtTheSameTimeWriteToEachPersonOnce() {
    cap(1, 7);
    command("start", fixture.campaign(sender, 300));
    command("start", fixture.campaign(sender, 300));
    turns(40);

    assertThat(requests()).extracting(SendRequest::to).hasSize(300).doesNotHaveDuplicates();
    assertThat(results()).hasSize(300);
  }

  /** It was returned while its campaign was paused for longer than a page waits. */
  @Test
  void aRequestThatIsWrittenAgainIsNotCappedByItself() {
    cap(1, 7);
    UUID campaign = fixture.campaign(sender, 20);
    command("start", campaign);
    turns(3);
    List<SendRequest> first = requests();
    command("pause", campaign);
    turns(2);
    first.forEach(this::giveBack);
    now = now.plus(Duration.ofDays(2));
    command("resume", campaign);
    turns(3);

    assertThat(requests())
        .extracting(SendRequest::recipientId)
        .containsExactlyInAnyOrderElementsOf(first.stream().map(SendRequest::recipientId).toList());
    assertThat(results()).isEmpty();
  }

  @Test
  void aCampaignThatIgnoresTheCapIsWrittenToEverybody() {
    cap(1, 7);
    start(5);
    UUID urgent = fixture.campaign(sender, 5);
    set(urgent, CAMPAIGN.IGNORE_CAP, true);
    command("start", urgent);
    turns(5);

    assertThat(requests()).hasSize(10);
  }

  @Test
  void whoOptedOutIsSkippedForThatAndNotCounted() {
    cap(1, 7);
    UUID campaign = fixture.campaign(sender, 2);
    fixture.suppress(campaign, "+5511960000001");
    command("start", campaign);
    turns(5);

    assertThat(requests()).hasSize(1);
    assertThat(results()).extracting(SendResult::errorCode).containsOnlyNulls();
    assertThat(
            fixture
                .sql()
                .fetchValue("SELECT count(*) FROM sluice.contact WHERE phone = '+5511970000001'"))
        .isEqualTo(0L);
  }

  @Test
  void whoIsCappedTakesNoPlaceInTheDailyLimit() {
    cap(1, 7);
    start(5);
    requests();
    fixture.sql().execute("UPDATE sluice.sender SET daily_limit = 3 WHERE id = ?", sender);
    now = now.plusSeconds(5);
    start(8);

    assertThat(requests()).hasSize(3);
    assertThat(results()).hasSize(5);
  }

  /** Who waits for the daily limit is asked about every two seconds. */
  @Test
  void whoWaitsForTheDailyLimitIsWrittenToTheNextDay() {
    cap(1, 2);
    fixture.sql().execute("UPDATE sluice.sender SET daily_limit = 3 WHERE id = ?", sender);
    start(5);
    now = now.plusSeconds(10);
    turns(10);
    assertThat(requests()).hasSize(3);

    now = now.plus(SendRequest.COUNTS_FOR);
    turns(10);
    assertThat(requests()).hasSize(2);
    assertThat(results()).isEmpty();
  }

  private void start(int recipients) {
    command("start", fixture.campaign(sender, recipients));
    turns(5);
  }

  private void cap(int messages, int days) {
    fixture.cap(sender, messages, days);
  }

  private List<SendResult> results() {
    return results.readValuesToList().stream()
        .map(value -> Json.read(value, SendResult.class))
        .toList();
  }
}
