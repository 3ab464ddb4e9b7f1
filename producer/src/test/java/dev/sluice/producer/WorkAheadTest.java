package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkAheadTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final WorkAhead workAhead = new WorkAhead(Duration.ofSeconds(10));
  private final CampaignRows.Sender one = sender("one", 1, 80);

  @Test
  void anEmptyQueueTakesTenSecondsOfWork() {
    assertThat(workAhead.rooms(reading(0, Map.of(0, 0L)), List.of(one)).of(one)).isEqualTo(800);
  }

  @Test
  void whatWaitsTakesUpRoom() {
    assertThat(workAhead.rooms(reading(0, Map.of(0, 700L)), List.of(one)).of(one)).isEqualTo(100);
    assertThat(workAhead.rooms(reading(0, Map.of(0, 9_000L)), List.of(one)).of(one)).isZero();
  }

  @Test
  void whatWasFedCountsUntilAReadingIsSureToContainIt() {
    WorkAhead.Rooms rooms = workAhead.rooms(reading(0, Map.of(0, 0L)), List.of(one));
    for (int i = 0; i < 300; i++) {
      rooms.deal(one, i);
    }
    workAhead.remember(rooms, 10 * SECOND);

    assertThat(workAhead.rooms(reading(10 * SECOND, Map.of(0, 0L)), List.of(one)).of(one))
        .isEqualTo(500);
    assertThat(workAhead.rooms(reading(12 * SECOND, Map.of(0, 300L)), List.of(one)).of(one))
        .isEqualTo(500);
  }

  @Test
  void lanesAreDealtByTurn() {
    CampaignRows.Sender four = sender("four", 4, 20);
    WorkAhead.Rooms rooms =
        workAhead.rooms(reading(0, Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L)), List.of(four));

    assertThat(IntStream.range(0, 8).map(turn -> rooms.deal(four, turn)))
        .containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
  }

  @Test
  void aFullLaneIsPassedOver() {
    CampaignRows.Sender two = sender("two", 2, 40);
    int full = new dev.sluice.schema.LaneKey("two", 0).partition(2);
    WorkAhead.Rooms rooms =
        workAhead.rooms(reading(0, Map.of(full, 4_000L, 1 - full, 0L)), List.of(two));

    assertThat(IntStream.range(0, 4).map(turn -> rooms.deal(two, turn))).containsOnly(1);
  }

  @Test
  void sendersOnOnePartitionShareItByTheirRates() {
    CampaignRows.Sender fast = sender("fast", 1, 800);
    Backlog.Reading halfFull = reading(0, Map.of(0, 4_400L));
    WorkAhead.Rooms rooms = workAhead.rooms(halfFull, List.of(one, fast));

    assertThat(rooms.of(fast)).isEqualTo(4_000);
    assertThat(rooms.of(one)).isEqualTo(400);
  }

  private static Backlog.Reading reading(long takenAtNanos, Map<Integer, Long> waiting) {
    return new Backlog.Reading(takenAtNanos, waiting);
  }

  private static CampaignRows.Sender sender(String id, int lanes, double permitsPerSecond) {
    return new CampaignRows.Sender(
        new SendRequest.Sender(id, "whatsapp", "1"), lanes, permitsPerSecond, null);
  }
}
