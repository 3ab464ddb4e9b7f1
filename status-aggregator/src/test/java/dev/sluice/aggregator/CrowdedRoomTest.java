package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Tests results that cannot be written, and the room that they leave for others. */
class CrowdedRoomTest extends CrowdedRoomFixture {
  @Test
  void aShortLockPausesNobodyHoweverFullTheRoomIs() {
    UUID campaign = fixture.campaign(ROOM);
    whileLocked(
        List.of(campaign),
        () -> {
          send(campaign, 0, ROOM, RecipientStatus.SENT);
          until(() -> !health.problems().isEmpty());
          assertThat(waits).as("the room is full").isPositive();
        });

    untilCompleted(campaign);
    until(() -> health.problems().isEmpty());
    assertThat(commands.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  /** If another aggregator dies meanwhile, its partitions have no owner for that long. */
  @Test
  void whatOnePollBringsHoldsUpARebalanceForHalfAMinuteAtMost() {
    UUID campaign = fixture.campaign(HALF + 1);
    whileLocked(
        List.of(campaign),
        () -> {
          send(campaign, 0, HALF, RecipientStatus.SENT);
          waits = 0;
          patient = true;
          send(campaign, HALF, HALF + 1, RecipientStatus.SENT);
          patient = false;
        });

    assertThat(waits).isEqualTo(3);
    Duration onePoll =
        BatchProcessor.FLUSH_DUE_EVERY.multipliedBy((long) waits * StatusAggregator.RECORDS_A_POLL);
    assertThat(onePoll).isLessThanOrEqualTo(Duration.ofSeconds(30));
    untilCompleted(campaign);
  }

  @Test
  void aCampaignThatIsStuckIsPausedWhenItTakesTheRoomOfOthers() {
    UUID campaign = fixture.campaign(HALF);
    whileLocked(
        List.of(campaign),
        () -> {
          send(campaign, 0, HALF / 2 - 1, RecipientStatus.SENT);
          untilRefused();
          assertThat(commands.isEmpty()).as("there is room for others").isTrue();

          send(campaign, HALF / 2 - 1, HALF / 2, RecipientStatus.SENT);
          until(() -> !commands.isEmpty());
        });

    TestRecord<String, byte[]> command = commands.readRecord();
    assertThat(command.key()).isEqualTo(campaign.toString());
    CampaignCommand pause = Json.read(command.value(), CampaignCommand.class);
    assertThat(pause.command()).isEqualTo(CampaignCommand.Action.PAUSE);
    assertThat(command.headers().lastHeader("type").value())
        .asString()
        .isEqualTo("campaign-command");
    assertThat(pause.reason()).contains("25 results cannot be written", "lock timeout");
    assertThat(deadLetters.isEmpty()).isTrue();

    send(campaign, HALF / 2, HALF, RecipientStatus.SENT);
    untilCompleted(campaign);
  }

  @Test
  void manyLockedCampaignsLeaveRoomToAllOthers() {
    List<UUID> locked = campaigns(12, 9);
    UUID healthy = fixture.campaign(HALF / 2 - 1);
    whileLocked(
        locked,
        () -> {
          locked.forEach(campaign -> send(campaign, 0, 4, RecipientStatus.SENT));
          untilPaused(locked);
          assertThat(waits).isZero();

          locked.forEach(campaign -> send(campaign, 4, 9, RecipientStatus.SENT));
          send(healthy, 0, HALF / 2 - 1, RecipientStatus.SENT);
          assertThat(waits).isZero();
          untilCompleted(healthy);
          until(() -> stored() == HALF);
          assertThat(meters.get("sluice.aggregator.pending").gauge().value()).isEqualTo(HALF);
        });

    until(() -> stored() == 0);
    assertThat(replay()).isEqualTo(12 * 9 - HALF);
    locked.forEach(this::untilCompleted);
    locked.forEach(campaign -> assertThat(fixture.wrongCounters(campaign)).isEmpty());
  }

  /** As after a takeover, which brings what another process had room for. */
  @Test
  void whatStuckCampaignsHoldBeyondTheirRoomIsGivenUpForOthers() {
    int mostOfStuck = HALF + HALF / 2;
    int all = 2 * mostOfStuck;
    List<UUID> locked = campaigns(2, mostOfStuck);
    UUID healthy = fixture.campaign(ROOM / 8 - 1);
    whileLocked(
        locked,
        () -> {
          locked.forEach(campaign -> send(campaign, 0, mostOfStuck, RecipientStatus.SENT));
          assertThat(stored()).as("nobody is known to be stuck yet").isEqualTo(all);
          untilPaused(locked);
          until(() -> stored() <= mostOfStuck);
          assertThat(stored()).isEqualTo(mostOfStuck);
          assertThat(meters.get("sluice.aggregator.pending").gauge().value())
              .isEqualTo(mostOfStuck);

          waits = 0;
          send(healthy, 0, ROOM / 8 - 1, RecipientStatus.SENT);
          assertThat(waits).isZero();
          untilCompleted(healthy);
        });

    until(() -> stored() == 0);
    assertThat(replay()).isEqualTo(all - mostOfStuck);
    locked.forEach(this::untilCompleted);
    locked.forEach(campaign -> assertThat(fixture.wrongCounters(campaign)).isEmpty());
  }

  @Test
  void receiptsOfAPausedCampaignLeaveRoomToOthers() {
    UUID locked = fixture.campaign(3 * HALF);
    UUID healthy = fixture.campaign(HALF / 2 - 1);
    send(locked, 0, 3 * HALF, RecipientStatus.SENT);
    untilCompleted(locked);
    until(() -> stored() == 0);
    waits = 0;
    whileLocked(
        List.of(locked),
        () -> {
          send(locked, 0, HALF - 1, RecipientStatus.DELIVERED);
          untilPaused(List.of(locked));
          send(locked, HALF - 1, 3 * HALF, RecipientStatus.DELIVERED);
          assertThat(deadLetters.getQueueSize()).isEqualTo(2 * HALF);
          send(locked, 0, HALF, RecipientStatus.READ);
          assertThat(deadLetters.getQueueSize()).as("news of who waits").isEqualTo(2 * HALF);

          send(healthy, 0, HALF / 2 - 1, RecipientStatus.SENT);
          assertThat(waits).isZero();
          untilCompleted(healthy);
          assertThat(meters.get("sluice.aggregator.refused").tag("cause", "room").counter().count())
              .isEqualTo(2 * HALF);
        });

    until(() -> stored() == 0);
    assertThat(fixture.rows(locked))
        .isEqualTo(Map.of(RecipientStatus.READ, HALF, RecipientStatus.SENT, 2 * HALF));
    replay();
    until(() -> !fixture.rows(locked).containsKey(RecipientStatus.SENT));
    assertThat(fixture.rows(locked))
        .isEqualTo(Map.of(RecipientStatus.READ, HALF, RecipientStatus.DELIVERED, 2 * HALF));
    assertThat(fixture.wrongCounters(locked)).isEmpty();
  }
}
