package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Tests results that cannot be written, and what stays of them until their letters are safe. */
class DeadLettersTest extends TopologyFixture {
  private boolean atOnce;

  @Test
  void whatCannotBeReadGoesToTheDeadLetters() {
    UUID campaign = fixture.campaign(1);
    pipe(campaign.toString(), "not json".getBytes(StandardCharsets.UTF_8));
    pipe(campaign.toString(), new byte[1_000_000]);
    pipe("another key", Json.write(Fixture.result(campaign, 1, 1, RecipientStatus.SENT)));
    send(campaign, fixture.recipients(campaign), RecipientStatus.SENT);

    assertThat(deadLetters().readRecordsToList())
        .hasSize(3)
        .allSatisfy(letter -> {
          assertThat(header(letter, "reason")).isNotEmpty();
          assertThat(header(letter, "type")).isEqualTo("dead-letter");
        });
    assertThat(fixture.campaignStatus(campaign)).isEqualTo("COMPLETED");
  }

  @Test
  void resultsOfAnUnknownCampaignGoToTheDeadLetters() {
    UUID nobody = UUID.randomUUID();
    send(nobody, List.of(1L), RecipientStatus.SENT);

    TestRecord<byte[], byte[]> letter = deadLetters().readRecord();
    assertThat(header(letter, "reason")).contains("unknown campaign");
    assertThat(header(letter, "campaign")).isEqualTo(nobody.toString());
    leavesTheStoreOnceItsLetterIsCommitted();
  }

  @Test
  void whatTheDatabaseRefusesIsADeadLetterAndAllOthersAreWritten() {
    fixture.refusePoison();
    UUID campaign = fixture.campaign(100);
    List<Long> ids = fixture.recipients(campaign);
    pipe(campaign.toString(), Json.write(Fixture.poison(campaign, ids.getFirst())));
    send(campaign, ids.subList(1, 100), RecipientStatus.SENT);

    assertThat(fixture.rows(campaign))
        .isEqualTo(Map.of(RecipientStatus.SENT, 99, RecipientStatus.PENDING, 1));
    TestRecord<byte[], byte[]> letter = deadLetters().readRecord();
    assertThat(header(letter, "reason")).contains("no_poison");
    assertThat(Json.read(letter.value(), SendResult.class).recipientId()).isEqualTo(ids.getFirst());
    assertThat(deadLetters().isEmpty()).isTrue();
    assertThat(health.problems()).isEmpty();
    assertThat(meters.get("sluice.aggregator.refused").tag("cause", "database").counter().count())
        .isEqualTo(1);
    leavesTheStoreOnceItsLetterIsCommitted();
  }

  @Test
  void aResultThatComesAfterTheDeadLetterOfAnotherStaysInTheStore() {
    restartWithoutFlushing();
    UUID nobody = UUID.randomUUID();
    send(nobody, List.of(1L), RecipientStatus.SENT);
    flush();
    assertThat(deadLetters().isEmpty()).isFalse();

    send(nobody, List.of(1L), RecipientStatus.DELIVERED);
    step();

    assertThat(storeIsEmpty()).isFalse();
  }

  /** A crash before the letter is committed may lose it. */
  @Test
  void aWishThatWasGivenUpStaysBesideANewerResultUntilItsLetterIsCommitted() {
    UUID campaign = fixture.campaign(1);
    long id = fixture.recipients(campaign).getFirst();
    refuseAWish(campaign, id);

    pipe(campaign.toString(), Json.write(Fixture.receipt(campaign, id, RecipientStatus.READ)));

    assertThat(deadLetters().getQueueSize()).isOne();
    assertThat(stored(campaign, id).status()).isEqualTo(RecipientStatus.READ);
    assertThat(stored(campaign, id).wish()).isNotNull();
    step();
    assertThat(stored(campaign, id).wish()).as("the letter is safe").isNull();
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    flush();
    assertThat(fixture.rows(campaign)).isEqualTo(Map.of(RecipientStatus.READ, 1));
    assertThat(storeIsEmpty()).isTrue();
  }

  @Test
  void aWishThatWasGivenUpStaysWhenANewerResultIsWrittenUntilItsLetterIsCommitted() {
    UUID campaign = fixture.campaign(1);
    long id = fixture.recipients(campaign).getFirst();
    refuseAWish(campaign, id);

    atOnce = true;
    send(campaign, List.of(id), RecipientStatus.SENT);

    assertThat(fixture.rows(campaign)).isEqualTo(Map.of(RecipientStatus.SENT, 1));
    assertThat(stored(campaign, id).wish()).isNotNull();
    step();
    assertThat(storeIsEmpty()).isTrue();
  }

  /** The flush has ended; the task learns of it with the next step. */
  private void refuseAWish(UUID campaign, long recipient) {
    fixture.refusePoison();
    restart(
        new StatusStatement(fixture.sql()),
        flush -> {
          if (atOnce) {
            flush.run();
          } else {
            flushes.add(flush);
          }
        });
    pipe(campaign.toString(), Json.write(Fixture.poisonousOptOut(campaign, recipient)));
    flush();
    flushes.remove().run();
  }

  private SendResult stored(UUID campaign, long recipient) {
    return pending().get(campaign + ":" + recipient);
  }

  /** The driver commits after each step, so the result leaves with the next one. */
  private void leavesTheStoreOnceItsLetterIsCommitted() {
    assertThat(storeIsEmpty()).as("a crash now may lose the letter").isFalse();
    step();
    assertThat(storeIsEmpty()).as("it is not tried again after a restart").isTrue();
  }
}
