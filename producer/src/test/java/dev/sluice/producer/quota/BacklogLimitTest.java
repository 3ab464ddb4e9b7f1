package dev.sluice.producer.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.LaneRates;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BacklogLimitTest {
  private static final LaneKey ONE = new LaneKey("one", 0);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final BacklogLimit backlogLimit = new BacklogLimit(Duration.ofSeconds(10));
  private final CampaignRepository.Sender one = sender("one", 1, 80);

  @Test
  void anEmptyQueueTakesTenSecondsOfWork() {
    assertThat(backlogLimit.rooms(reading(0, 0)).of(one)).isEqualTo(800);
  }

  @Test
  void whatWaitsForItTakesUpRoom() {
    assertThat(backlogLimit.rooms(reading(0, 700)).of(one)).isEqualTo(100);
    assertThat(backlogLimit.rooms(reading(0, 9_000)).of(one)).isZero();
  }

  @Test
  void whatWaitsForOthersInTheSamePartitionTakesUpNone() {
    LaneBacklog.Reading reading =
        new LaneBacklog.Reading(
            0, Map.of(new LaneKey("fast", 0), 100_000L), Map.of(), Map.of(0, 0L));
    assertThat(backlogLimit.rooms(reading).of(one)).isEqualTo(800);
  }

  @Test
  void whatCouldBeAnybodysTakesUpEverybodysRoom() {
    LaneBacklog.Reading reading =
        new LaneBacklog.Reading(0, Map.of(ONE, 100L), Map.of(), Map.of(0, 250L));
    assertThat(backlogLimit.rooms(reading).of(one)).isEqualTo(450);
    assertThat(backlogLimit.rooms(reading).of(sender("other", 1, 80))).isEqualTo(550);
  }

  @Test
  void aLaneThatIsNotToldApartMayHaveAllThatIsNot() {
    LaneBacklog.Reading reading =
        new LaneBacklog.Reading(0, Map.of(ONE, 100L), Map.of(0, 700L), Map.of(0, 0L));
    assertThat(backlogLimit.rooms(reading).of(one)).isEqualTo(700);
    assertThat(backlogLimit.rooms(reading).of(sender("other", 1, 80))).isEqualTo(100);
  }

  @Test
  void whatWasFedCountsUntilAReadingIsSureToContainIt() {
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading(0, 0));
    for (int i = 0; i < 300; i++) {
      rooms.deal(one, i);
    }
    backlogLimit.remember(rooms, 10 * SECOND);

    assertThat(backlogLimit.rooms(reading(10 * SECOND, 0)).of(one)).isEqualTo(500);
    assertThat(backlogLimit.rooms(reading(12 * SECOND, 300)).of(one)).isEqualTo(500);
  }

  @Test
  void aPlaceThatWasDealtInALaneThatIsFullByNowIsTakenInAnother() {
    CampaignRepository.Sender two = sender("one", 2, 160);
    int dealt = backlogLimit.rooms(reading(0, 0)).deal(two, 0);
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading(0, 0));
    assertThat(rooms.take(two, dealt, 0)).isEqualTo(dealt);

    backlogLimit.full(new LaneKey("one", dealt), Duration.ofSeconds(30), SECOND);
    rooms = backlogLimit.rooms(reading(2 * SECOND, 0));

    assertThat(rooms.take(two, dealt, 0)).isEqualTo(1 - dealt);
  }

  /** Or the lane would get more than its room, once the page's own places there are taken, too. */
  @Test
  void itIsNotTakenWhereTheRoomIsReservedForOthers() {
    CampaignRepository.Sender two = sender("one", 2, 2);
    Map<LaneKey, Long> reserved = Map.of(ONE, 5L, new LaneKey("one", 1), 5L);
    backlogLimit.full(new LaneKey("one", 1), Duration.ofSeconds(30), SECOND);
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading(2 * SECOND, 3), reserved);

    assertThat(IntStream.range(0, 5).map(turn -> rooms.take(two, 1, turn)))
        .containsExactly(0, 0, 1, 1, 1);
    assertThat(IntStream.range(0, 5).map(turn -> rooms.take(two, 0, turn))).containsOnly(0);
  }

  @Test
  void aPlaceThatIsGivenBackIsFree() {
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading(0, 700));
    rooms.giveBack(one, rooms.deal(one, 0));

    assertThat(rooms.of(one)).isEqualTo(100);
  }

  @Test
  void aLaneThatItsWorkerCallsFullIsWrittenNothingForThatTime() {
    CampaignRepository.Sender two = sender("one", 2, 160);
    backlogLimit.full(ONE, Duration.ofSeconds(30), SECOND);
    backlogLimit.full(ONE, Duration.ofSeconds(10), 2 * SECOND);

    BacklogLimit.Rooms full = backlogLimit.rooms(reading(30 * SECOND, 0));
    assertThat(full.of(two)).isEqualTo(800);
    assertThat(full.capacity(two)).isEqualTo(800);
    assertThat(full.deal(two, 0)).isEqualTo(1);
    assertThat(backlogLimit.rooms(reading(31 * SECOND, 0)).of(two)).isEqualTo(1_600);
  }

  @Test
  void capacityIsThatOfOpenLanes() {
    CampaignRepository.Sender four = sender("one", 4, 80);
    long closed = Integer.MAX_VALUE;
    Map<Integer, Long> unread = new HashMap<>(Map.of(0, closed, 1, closed, 2, closed, 3, closed));
    unread.put(ONE.partition(4), 199L);
    BacklogLimit.Rooms rooms =
        backlogLimit.rooms(new LaneBacklog.Reading(0, Map.of(), Map.of(), unread));
    assertThat(rooms.capacity(four)).isEqualTo(200);
    assertThat(rooms.allFull(four)).isFalse();

    unread.put(ONE.partition(4), 200L);
    rooms = backlogLimit.rooms(new LaneBacklog.Reading(0, Map.of(), Map.of(), unread));
    assertThat(rooms.capacity(four)).as("whoever's that is").isZero();
  }

  @Test
  void lanesAreDealtByTurn() {
    CampaignRepository.Sender four = sender("four", 4, 80);
    BacklogLimit.Rooms rooms = backlogLimit.rooms(reading(0, 0));

    assertThat(IntStream.range(0, 8).map(turn -> rooms.deal(four, turn)))
        .containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
  }

  @Test
  void aFullLaneIsPassedOver() {
    CampaignRepository.Sender two = sender("two", 2, 80);
    BacklogLimit.Rooms rooms =
        backlogLimit.rooms(
            new LaneBacklog.Reading(
                0, Map.of(new LaneKey("two", 0), 4_000L), Map.of(), Map.of(0, 0L, 1, 0L)));

    assertThat(IntStream.range(0, 4).map(turn -> rooms.deal(two, turn))).containsOnly(1);
  }

  private static LaneBacklog.Reading reading(long takenAtNanos, long waiting) {
    return new LaneBacklog.Reading(takenAtNanos, Map.of(ONE, waiting), Map.of(), Map.of(0, 0L));
  }

  private static CampaignRepository.Sender sender(String id, int lanes, double ratePerSecond) {
    return new CampaignRepository.Sender(
        new SendRequest.Sender(id, "whatsapp", "1"),
        new LaneRates(ratePerSecond, lanes),
        null,
        null);
  }
}
