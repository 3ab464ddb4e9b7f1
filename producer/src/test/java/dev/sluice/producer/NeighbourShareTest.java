package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Senders whose lanes share a partition, with workers that keep the rates exactly. */
class NeighbourShareTest extends FanOutTest {
  private final Map<String, Double> queued = new HashMap<>();
  private final Map<String, Double> rates = new HashMap<>();
  private final Map<UUID, Integer> fed = new HashMap<>();

  /** Requests of unknown lanes, by partition. */
  private Map<Integer, Long> unread = Map.of(0, 0L);

  /** When the readings are taken; by default each contains everything fed before. */
  private LongSupplier takenAtNanos = () -> System.nanoTime() + Duration.ofMinutes(1).toNanos();

  private void reopen() {
    driver.close();
    openAgain();
  }

  private void openAgain() {
    open(() ->
        new LaneBacklog.Reading(
            takenAtNanos.getAsLong(),
            queued.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        one -> new LaneKey(one.getKey(), 0), one -> one.getValue().longValue())),
            Map.of(),
            unread));
  }

  /** Works for this many tenths of a second. */
  private void work(int tenths) {
    for (int i = 0; i < tenths; i++) {
      turns(2);
      for (SendRequest one : requests()) {
        queued.merge(one.sender().id(), 1.0, Double::sum);
        fed.merge(one.campaignId(), 1, Integer::sum);
      }
      rates.forEach(
          (id, rate) -> queued.computeIfPresent(id, (x, n) -> Math.max(0, n - rate / 10)));
    }
  }

  /** A refill has room for 10 requests, less than there are campaigns. */
  @Test
  void aCampaignOfHighPriorityHasItsShareHoweverLittleRoomThereIs() {
    reopen();
    String slow = "slow-" + UUID.randomUUID();
    fixture.sender(slow, 10, 1);
    rates.put(slow, 10.0);
    UUID high = fixture.campaign(slow, 2_000);
    set(high, CAMPAIGN.PRIORITY, 100);
    command("start", high);
    for (int i = 0; i < 18; i++) {
      command("start", fixture.campaign(slow, 2_000));
    }
    work(200);
    fed.clear();
    work(400);

    int all = fed.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(fed.get(high)).isBetween(all * 75 / 100, all * 92 / 100);
    assertThat(fed).as("the others are fed in turn").hasSize(19);
  }

  /** The task does not know what its predecessor has given to each. */
  @Test
  void aNewCampaignComesFirstAfterATakeover() {
    reopen();
    String slow = "slow-" + UUID.randomUUID();
    fixture.sender(slow, 1, 1);
    for (int i = 0; i < 10; i++) {
      command("start", fixture.campaign(slow, 20));
    }
    work(20);
    assertThat(fed).as("each has a request in the queue, which is full").hasSize(10);

    handOver();
    openAgain();
    UUID fresh = fixture.campaign(slow, 20);
    command("start", fresh);
    fed.clear();
    work(10);
    assertThat(fed).isEmpty();
    queued.merge(slow, -1.0, Double::sum);
    turns(2);

    assertThat(requests().getFirst().campaignId()).isEqualTo(fresh);
  }

  @Test
  void aSmallSenderIsFedBesideALargeOneOfItsPartition() {
    reopen();
    String big = "big-" + UUID.randomUUID();
    String small = "small-" + UUID.randomUUID();
    fixture.sender(big, 1_000, 1);
    fixture.sender(small, 80, 1);
    rates.putAll(Map.of(big, 1_000.0, small, 80.0));
    UUID large = fixture.campaign(big, 60_000);
    UUID other = fixture.campaign(small, 1_500);
    command("start", large);
    work(100);
    command("start", other);
    work(20);
    for (int i = 0; i < 8; i++) {
      work(10);
      assertThat(queued.get(small)).as("waiting for the small sender's lane").isPositive();
    }
    work(100);

    assertThat(fed).containsEntry(other, 1_500);
    assertThat(fed.get(large)).as("of the large one").isLessThan(60_000);
  }

  /** The provider takes one message per second of the large one, and its campaign has ended. */
  @Test
  void aSmallSenderIsFedBesideALargeOneWhoseQueueHardlyMoves() {
    reopen();
    String big = "big-" + UUID.randomUUID();
    String small = "small-" + UUID.randomUUID();
    fixture.sender(big, 80, 1);
    fixture.sender(small, 5, 1);
    rates.putAll(Map.of(big, 1.0, small, 5.0));
    UUID large = fixture.campaign(big, 800);
    UUID other = fixture.campaign(small, 150);
    command("start", large);
    work(50);
    assertThat(fed).containsEntry(large, 800);
    command("start", other);
    work(20);
    for (int i = 0; i < 20; i++) {
      work(10);
      assertThat(queued.get(small)).as("waiting for the small sender's lane").isPositive();
    }
    work(50);
    assertThat(fed).containsEntry(other, 150);
  }

  /** What its predecessor fed a moment ago is not in earlier readings. */
  @Test
  void aTaskThatWasJustOpenedWaitsForAReadingOfItsOwn() {
    long before = System.nanoTime();
    takenAtNanos = () -> before;
    reopen();
    UUID campaign = fixture.campaign(sender, 50);
    command("start", campaign);
    work(20);
    assertThat(fed).isEmpty();

    takenAtNanos = System::nanoTime;
    work(20);
    assertThat(fed).containsEntry(campaign, 50);
  }

  /** Nine of its ten lanes are in closed partitions. */
  @Test
  void aSenderIsFedThroughTheLanesThatAreLeft() {
    String wide = "wide-" + UUID.randomUUID();
    fixture.sender(wide, 100, 10);
    int open = new LaneKey(wide, 0).partition(10);
    unread =
        IntStream.range(0, 10)
            .boxed()
            .collect(
                Collectors.toMap(one -> one, one -> one == open ? 0L : (long) Integer.MAX_VALUE));
    rates.put(wide, 10.0);
    reopen();
    UUID campaign = fixture.campaign(wide, 250);
    command("start", campaign);
    work(200);

    assertThat(fed).containsEntry(campaign, 250);
  }

  /** Whoever has been written to within the day needs no place in the limit. */
  @Test
  void aCampaignThatWaitsForTheDailyLimitTakesNothingFromItsSendersOthers() {
    reopen();
    String limited = "limited-" + UUID.randomUUID();
    fixture.sender(limited, 80, 1);
    rates.put(limited, 80.0);
    UUID known = fixture.campaign(limited, 2_000);
    fixture
        .sql()
        .execute(
            "INSERT INTO sluice.sender_recipient (sender_id, phone, counted_at)"
                + " SELECT ?, phone, now() FROM sluice.campaign_recipient WHERE campaign_id = ?",
            limited,
            known);
    fixture.sql().execute("UPDATE sluice.sender SET daily_limit = 2000 WHERE id = ?", limited);
    UUID waits = fixture.campaign(limited, 100);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET phone = replace(phone, '+55119', '+55118')"
                + " WHERE campaign_id = ?",
            waits);
    command("start", waits);
    work(1);
    command("start", known);
    work(100);

    assertThat(fed).doesNotContainKey(waits);
    assertThat(fed.get(known) - queued.get(limited)).as("sent").isGreaterThan(0.95 * 800);
  }

  @Test
  void fullLanesThatNobodyEmptiesShowOnHealth() {
    reopen();
    String alone = "alone-" + UUID.randomUUID();
    fixture.sender(alone, 80, 1);
    UUID campaign = fixture.campaign(alone, 5_000);
    command("start", campaign);
    work(20);
    now = now.plusSeconds(50);
    work(1);
    assertThat(health.problems()).doesNotContainKey("queue");

    now = now.plusSeconds(20);
    work(1);
    assertThat(health.problems().get("queue")).contains(alone);

    queued.computeIfPresent(alone, (id, count) -> count - 1);
    work(1);
    assertThat(health.problems()).as("one was sent").doesNotContainKey("queue");
  }
}
