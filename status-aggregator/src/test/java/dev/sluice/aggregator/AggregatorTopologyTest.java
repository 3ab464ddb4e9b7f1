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
    UUID campaign = fixture.campaign(250);
    List<Long> ids = fixture.recipients(campaign);
    send(campaign, ids.subList(0, 1), RecipientStatus.SENT);
    double before = fixture.statements();
    send(campaign, ids.subList(1, 200), RecipientStatus.SENT);
    step();

    assertThat(fixture.statements() - before).isEqualTo(2);
    assertThat(fixture.rows(campaign)).containsEntry(RecipientStatus.SENT, 200);
  }

  @Test
  void aSmallBatchIsWrittenAfterTenSeconds() {
    UUID campaign = fixture.campaign(50);
    send(campaign, fixture.recipients(campaign).subList(0, 7), RecipientStatus.SENT);

    driver.advanceWallClockTime(Duration.ofMillis(9_500));
    assertThat(fixture.rows(campaign)).doesNotContainKey(RecipientStatus.SENT);

    driver.advanceWallClockTime(Duration.ofMillis(700));
    assertThat(fixture.rows(campaign)).containsEntry(RecipientStatus.SENT, 7);
  }

  @Test
  void theLastOutcomesAreWrittenAtOnceAndCompleteTheCampaign() {
    UUID campaign = fixture.campaign(7);
    send(campaign, fixture.recipients(campaign), RecipientStatus.SENT);

    assertThat(fixture.campaignStatus(campaign)).isEqualTo("COMPLETED");
    assertThat(fixture.wrongCounters(campaign)).isEmpty();
  }

  @Test
  void receiptsAfterTheEndAreStillCounted() {
    UUID campaign = fixture.campaign(3);
    send(campaign, fixture.recipients(campaign), RecipientStatus.SENT);
    send(campaign, fixture.recipients(campaign), RecipientStatus.READ);
    driver.advanceWallClockTime(Duration.ofSeconds(11));

    assertThat(fixture.rows(campaign)).isEqualTo(Map.of(RecipientStatus.READ, 3));
    assertThat(fixture.wrongCounters(campaign)).isEmpty();
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
            new Database(fixture.environment().database(), 4, "locked", meters, soon);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      restart(new StatusStatement(database.sql()), threads);
      UUID locked = fixture.campaign(3);
      UUID other = fixture.campaign(250);
      fixture
          .sql()
          .transaction(lock -> {
            lock.dsl()
                .execute(
                    "SELECT 1 FROM sluice.campaign_recipient WHERE campaign_id = ? FOR UPDATE",
                    locked);
            send(locked, fixture.recipients(locked), RecipientStatus.SENT);
            until(() -> health.problems().size() == 1);
            send(other, fixture.recipients(other), RecipientStatus.SENT);
            until(() -> fixture.campaignStatus(other).equals("COMPLETED"));

            assertThat(fixture.rows(locked)).isEqualTo(Map.of(RecipientStatus.PENDING, 3));
            assertThat(health.problems().values())
                .singleElement(STRING)
                .startsWith("writing results of campaign " + locked.toString().substring(0, 4))
                .contains("lock timeout");
            assertThat(meters.get("sluice.aggregator.stuck").gauge().value()).isEqualTo(1);
          });

      until(() -> fixture.campaignStatus(locked).equals("COMPLETED"));
      until(() -> health.problems().isEmpty());
      until(this::storeIsEmpty);
    }
  }
}
