package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests faults of the database, which are no campaign's own as long as nothing else is written. */
class SharedFaultTest extends CrowdedRoomFixture {
  /** With a lone campaign there is no other whose results could be written. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aLockOnTheWholeTablePausesNobody(int campaigns) {
    List<UUID> all = campaigns(campaigns, 60);
    fixture.holding(
        "LOCK TABLE sluice.campaign_recipient IN SHARE MODE",
        () -> {
          all.forEach(campaign -> send(campaign, 0, 60, RecipientStatus.SENT));
          untilRefused();

          assertThat(health.problems()).containsOnlyKeys("batches");
          assertThat(meters.get("sluice.aggregator.stuck").gauge().value()).isZero();
        });

    all.forEach(this::untilCompleted);
    until(() -> health.problems().isEmpty());
    assertThat(commands.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void aDatabaseThatAnswersButWritesForNobodyPausesNobody() {
    UUID campaign = fixture.campaign(60);
    fixture.asOwner(
        """
        CREATE FUNCTION sluice.too_slow() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE 'took too long' USING ERRCODE = 'query_canceled'; END $$;
        CREATE TRIGGER slow BEFORE UPDATE ON sluice.campaign_recipient
        FOR EACH STATEMENT EXECUTE FUNCTION sluice.too_slow()
        """);
    try {
      send(campaign, 0, 60, RecipientStatus.SENT);
      untilRefused();
      assertThat(health.problems()).containsOnlyKeys("batches");
    } finally {
      fixture.asOwner("DROP TRIGGER slow ON sluice.campaign_recipient");
    }

    untilCompleted(campaign);
    assertThat(commands.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  /** For example a damaged page; the same SQLSTATEs may mean that the database is in trouble. */
  @Test
  void anErrorOfTheSystemInRowsOfOneCampaignIsNoAbsenceOfTheDatabase() {
    UUID damaged = fixture.campaign(3);
    UUID healthy = fixture.campaign(3);
    fixture.asOwner(
        """
        CREATE FUNCTION sluice.unreadable() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE 'could not read block 7' USING ERRCODE = 'io_error'; END $$;
        CREATE TRIGGER unreadable BEFORE UPDATE ON sluice.campaign_recipient
        FOR EACH ROW WHEN (old.campaign_id = '%s') EXECUTE FUNCTION sluice.unreadable()
        """
            .formatted(damaged));
    try {
      send(damaged, 0, 3, RecipientStatus.SENT);
      untilRefused();
      send(healthy, 0, 3, RecipientStatus.SENT);
      untilCompleted(healthy);
      assertThat(health.problems())
          .containsOnlyKeys("batches " + damaged.toString().substring(0, 8));
    } finally {
      fixture.asOwner("DROP TRIGGER unreadable ON sluice.campaign_recipient");
    }

    untilCompleted(damaged);
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  /** A manual migration may leave a trigger that refuses every row of every campaign. */
  @Test
  void aTriggerThatBreaksEverybodysWritesGivesNothingUpWhileThereIsTimeToMendIt() {
    List<UUID> all = campaigns(2, 60);
    breakTheTrigger();
    try {
      all.forEach(campaign -> send(campaign, 0, 60, RecipientStatus.SENT));
      untilEachIsRefused(all);
      driver.advanceWallClockTime(Duration.ofMinutes(3));
      untilEachIsRefused(all);
      assertThat(waits).as("the room is full, and what comes waits on Kafka").isPositive();
      assertThat(health.problems())
          .allSatisfy((component, reason) ->
              assertThat(reason).contains("no_such_column", "none are given up before 20"));
      assertThat(commands.isEmpty()).isTrue();
      assertThat(deadLetters.isEmpty()).isTrue();
    } finally {
      mendTheTrigger();
    }

    all.forEach(this::untilCompleted);
    until(() -> health.problems().isEmpty());
  }

  /** After that time it might be the campaign's own fault, and others wait for it. */
  @Test
  void whatIsGivenUpLaterIsReplayedWhenTheTriggerIsMended() {
    List<UUID> all = campaigns(2, 60);
    breakTheTrigger();
    try {
      all.forEach(campaign -> send(campaign, 0, 60, RecipientStatus.SENT));
      untilEachIsRefused(all);
      driver.advanceWallClockTime(Duration.ofMinutes(5));
      untilPaused(all);
      until(() -> stored() <= HALF + HALF / 2);
    } finally {
      mendTheTrigger();
    }

    until(() -> stored() == 0);
    assertThat(replay("no_such_column")).isEqualTo(2 * 60 - HALF - HALF / 2);
    all.forEach(this::untilCompleted);
    all.forEach(campaign -> assertThat(fixture.wrongCounters(campaign)).isEmpty());
  }

  @Test
  void aTriggerThatBreaksOneCampaignsWritesIsItsOwnTroubleAsSoonAsAnotherIsWritten() {
    UUID broken = fixture.campaign(60);
    UUID healthy = fixture.campaign(20);
    breakTheTrigger("WHEN (old.campaign_id = '%s')".formatted(broken));
    try {
      send(broken, 0, 60, RecipientStatus.SENT);
      untilEachIsRefused(List.of(broken));
      driver.advanceWallClockTime(Duration.ofSeconds(10));
      untilEachIsRefused(List.of(broken));
      assertThat(commands.isEmpty()).as("nobody else has written").isTrue();

      send(healthy, 0, 20, RecipientStatus.SENT);
      untilCompleted(healthy);
      untilPaused(List.of(broken));
    } finally {
      mendTheTrigger();
    }
    untilCompleted(broken);
  }

  private void breakTheTrigger() {
    breakTheTrigger("");
  }

  private void breakTheTrigger(String rows) {
    fixture.asOwner(
        """
        CREATE OR REPLACE FUNCTION sluice.broken() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN new.error_detail = new.no_such_column; RETURN new; END $$;
        CREATE TRIGGER broken BEFORE UPDATE ON sluice.campaign_recipient
        FOR EACH ROW %s EXECUTE FUNCTION sluice.broken()
        """
            .formatted(rows));
  }

  private void mendTheTrigger() {
    fixture.asOwner("DROP TRIGGER broken ON sluice.campaign_recipient");
  }
}
