package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.sluice.runtime.database.Database;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Tests when and how often results are written. */
class AggregatorTopologyTest extends TopologyFixture {
  @Test
  void aHundredResultsAreOneStatement() {
    UUID campaign = FIXTURE.campaign(250);
    List<Long> ids = FIXTURE.recipients(campaign);
    send(campaign, ids.subList(0, 1), RecipientStatus.SENT);
    double before = FIXTURE.statements();
    send(campaign, ids.subList(1, 200), RecipientStatus.SENT);
    step();

    assertThat(FIXTURE.statements() - before).isEqualTo(2);
    assertThat(FIXTURE.rows(campaign)).containsEntry(RecipientStatus.SENT, 200);
  }

  @Test
  void aSmallBatchIsWrittenAfterTenSeconds() {
    UUID campaign = FIXTURE.campaign(50);
    send(campaign, FIXTURE.recipients(campaign).subList(0, 7), RecipientStatus.SENT);

    driver.advanceWallClockTime(Duration.ofMillis(9_500));
    assertThat(FIXTURE.rows(campaign)).doesNotContainKey(RecipientStatus.SENT);

    driver.advanceWallClockTime(Duration.ofMillis(700));
    assertThat(FIXTURE.rows(campaign)).containsEntry(RecipientStatus.SENT, 7);
  }

  @Test
  void theLastOutcomesAreWrittenAtOnceAndCompleteTheCampaign() {
    UUID campaign = FIXTURE.campaign(7);
    send(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);

    assertThat(FIXTURE.campaignStatus(campaign)).isEqualTo("COMPLETED");
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  @Test
  void receiptsAfterTheEndAreStillCounted() {
    UUID campaign = FIXTURE.campaign(3);
    send(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);
    send(campaign, FIXTURE.recipients(campaign), RecipientStatus.READ);
    driver.advanceWallClockTime(Duration.ofSeconds(11));

    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.READ, 3));
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  @Test
  void resultsOfTestsAreCountedNowhere() {
    UUID test = UUID.randomUUID();
    pipe(
        test.toString(),
        Json.write(
            SendResult.of(1, test, 1, RecipientStatus.SENT, Instant.now())
                .messageId("wamid")
                .attempts(1)
                .forTest(true)
                .build()));
    driver.advanceWallClockTime(Duration.ofSeconds(11));

    assertThat(deadLetters().isEmpty()).isTrue();
    assertThat(storeIsEmpty()).isTrue();
  }

  @Test
  void aCampaignWhoseRowsAreLockedDelaysItselfAlone() {
    Database.Timeouts soon = new Database.Timeouts(Duration.ofSeconds(30), Duration.ofMillis(200));
    try (Database database =
            new Database(FIXTURE.environment().database(), 4, "locked", meters, soon);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      restart(new StatusStatement(database.sql()), threads);
      UUID locked = FIXTURE.campaign(3);
      UUID other = FIXTURE.campaign(250);
      FIXTURE
          .sql()
          .transaction(lock -> {
            lock.dsl()
                .execute(
                    "SELECT 1 FROM sluice.campaign_recipient WHERE campaign_id = ? FOR UPDATE",
                    locked);
            send(locked, FIXTURE.recipients(locked), RecipientStatus.SENT);
            until(() -> health.problems().size() == 1);
            send(other, FIXTURE.recipients(other), RecipientStatus.SENT);
            until(() -> FIXTURE.campaignStatus(other).equals("COMPLETED"));

            assertThat(FIXTURE.rows(locked)).isEqualTo(Map.of(RecipientStatus.PENDING, 3));
            assertThat(health.problems().values())
                .singleElement(STRING)
                .startsWith("writing results of campaign " + locked.toString().substring(0, 4))
                .contains("lock timeout");
            assertThat(meters.get("sluice.aggregator.stuck").gauge().value()).isEqualTo(1);
          });

      until(() -> FIXTURE.campaignStatus(locked).equals("COMPLETED"));
      until(() -> health.problems().isEmpty());
      until(this::storeIsEmpty);
    }
  }
}
