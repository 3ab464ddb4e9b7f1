package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** The stream thread waits for no statement, and a campaign that waits delays no other. */
class SlowDatabaseTest extends FanOutTest {
  /** Database tasks that were started and not answered yet. */
  private final Deque<Runnable> waitingErrands = new ArrayDeque<>();

  private Executor executor = waitingErrands::add;

  @Override
  Executor executor() {
    return task -> executor.execute(task);
  }

  @Test
  void aLockThatSomebodyHoldsOnACampaignsRowDelaysThatCampaignAlone() throws SQLException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection elsewhere = fixture.elsewhere()) {
      executor = threads;
      UUID locked = fixture.campaign(sender, 1_000);
      command("start", locked);
      await()
          .until(() -> {
            turns(1);
            return !requests().isEmpty();
          });
      try (var statement =
          elsewhere.prepareStatement("SELECT 1 FROM sluice.campaign WHERE id = ? FOR UPDATE")) {
        statement.setObject(1, locked);
        statement.execute();
      }
      command("pause", locked);
      UUID other = fixture.campaign(sender, 30);
      command("start", other);
      List<SendRequest> fed = new ArrayList<>();
      await()
          .until(() -> {
            turns(1);
            fed.addAll(requests());
            return fed.stream().filter(one -> one.campaignId().equals(other)).count() == 30;
          });
      assertThat(row(locked)).isEqualTo(CampaignStatus.SENDING);

      elsewhere.rollback();
      await()
          .until(() -> {
            turns(1);
            return row(locked) == CampaignStatus.PAUSED;
          });
    }
  }

  /** The first campaign has asked for all of the sender's room. */
  @Test
  void aSlowPageLeavesItsRoomToTheSendersOtherCampaigns() {
    String narrow = "s-" + UUID.randomUUID();
    fixture.sender(narrow, 40, 1);
    UUID slow = campaignWithASlowPage(narrow);
    UUID other = fixture.campaign(narrow, 1_000);
    command("start", other);
    turns(10);
    assertThat(requests()).as("there is no room").isEmpty();

    turns(40);
    assertThat(requests()).isNotEmpty().extracting(SendRequest::campaignId).containsOnly(other);
    answer();
    turns(1);
    assertThat(requests()).extracting(SendRequest::campaignId).contains(slow);
  }

  /** Its share of what is left would be a hundred times as large. */
  @Test
  void aSlowPageLeavesItsShareToTheSendersOtherCampaignsHoweverHighItsPriority() {
    String narrow = "s-" + UUID.randomUUID();
    fixture.sender(narrow, 40, 1);
    UUID slow = fixture.campaign(narrow, 1_000);
    set(slow, CAMPAIGN.PRIORITY, 100);
    secondPageIsSlow(slow);
    turns(45);
    command("start", fixture.campaign(narrow, 1_000));
    turns(10);

    assertThat(requests()).as("9 of 10 s of work").hasSizeGreaterThanOrEqualTo(320);
  }

  /** The limit is counted in the database, under a lock. */
  @Test
  void campaignsOfASenderWithADailyLimitAskForPagesBesideOneAnother() {
    fixture.limit(sender, 100);
    campaignWithASlowPage(sender);
    UUID other = fixture.campaign(sender, 10);
    command("start", other);
    turns(2);

    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(other);
  }

  /** Its room is given to the other one meanwhile, so what comes in the end is queued beyond it. */
  @Test
  void aSlowCampaignAsksForAPageAtMostBesideOthers() {
    UUID slow = fixture.campaign(sender, 1_000);
    UUID other = fixture.campaign(sender, 1_000);
    executor = Runnable::run;
    command("start", slow);
    command("start", other);
    turnsUntilRequests();
    requests();
    around.faults().took(slow, Duration.ofSeconds(3));
    executor = waitingErrands::add;
    turns(1);
    answer();
    turns(1);

    assertThat(requests())
        .extracting(SendRequest::campaignId)
        .containsOnly(slow, other)
        .satisfies(fed -> {
          assertThat(Collections.frequency(fed, slow)).isEqualTo(80);
          assertThat(Collections.frequency(fed, other)).isGreaterThan(2 * 80);
        });
  }

  /** Its people take five seconds to count, in which no other can count its own. */
  @Test
  void aCampaignLeavesItsSendersDailyCountToOthersForAsLongAsItHadIt() throws SQLException {
    fixture.limit(sender, 2_000);
    campaignWithASlowPage(sender);
    campaignWhosePeopleTakeFiveSecondsToCount();

    turns(60);
    assertThat(requests()).as("three seconds later").isEmpty();
    turns(60);
    assertThat(requests()).as("six seconds later").isNotEmpty();
  }

  @Test
  void aCampaignWithoutOthersTakesItsSendersDailyCountAgainAtOnce() throws SQLException {
    fixture.limit(sender, 2_000);
    campaignWhosePeopleTakeFiveSecondsToCount();

    turns(2);
    assertThat(requests()).isNotEmpty();
  }

  /** Starts a campaign whose first page is slow; whatever is asked later comes at once. */
  private void campaignWhosePeopleTakeFiveSecondsToCount() throws SQLException {
    UUID slow = fixture.campaign(sender, 1_000);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection elsewhere = fixture.elsewhere()) {
      try (var statement =
          elsewhere.prepareStatement(
              "INSERT INTO sluice.sender_recipient (sender_id, phone, counted_at)"
                  + " SELECT ?, phone, now() FROM sluice.campaign_recipient WHERE campaign_id = ?"
                  + " ON CONFLICT (sender_id, phone) DO UPDATE SET counted_at = now()")) {
        statement.setString(1, sender);
        statement.setObject(2, slow);
        statement.execute();
      }
      executor = threads;
      command("start", slow);
      await()
          .until(() -> {
            turns(1);
            return waitsForAnotherTransaction();
          });
      turns(100);
      elsewhere.rollback();
      await().until(() -> around.faults().suspect(slow) || turned());
    }
    assertThat(requests()).as("the slow page").isNotEmpty();
    executor = Runnable::run;
  }

  /** A turn takes place, which is not what is awaited. */
  private boolean turned() {
    turns(1);
    return false;
  }

  private boolean waitsForAnotherTransaction() {
    return fixture
        .sql()
        .fetchExists(
            DSL.table("pg_locks JOIN pg_stat_activity USING (pid)"),
            DSL.condition(
                "datname = current_database() AND locktype = 'transactionid' AND NOT granted"));
  }

  /** Starts a campaign whose second page does not come; whatever is asked later does. */
  private UUID campaignWithASlowPage(String ofSender) {
    UUID slow = fixture.campaign(ofSender, 1_000);
    secondPageIsSlow(slow);
    return slow;
  }

  private void secondPageIsSlow(UUID campaign) {
    executor = Runnable::run;
    command("start", campaign);
    turnsUntilRequests();
    executor = waitingErrands::add;
    turns(1);
    executor = Runnable::run;
    requests();
  }

  private void turnsUntilRequests() {
    while (requests.isEmpty()) {
      turns(1);
    }
  }

  @Test
  void manyStartsLeaveTasksToTheOthersPages() {
    UUID feeding = fixture.campaign(sender, 500);
    executor = Runnable::run;
    command("start", feeding);
    turnsUntilRequests();
    requests();
    executor = waitingErrands::add;
    for (int i = 0; i < 70; i++) {
      command("start", fixture.campaign(sender, 1));
    }
    turns(1);
    answer();
    turns(1);

    assertThat(requests()).extracting(SendRequest::campaignId).contains(feeding);
  }

  @Test
  void manyResendsLeaveTasksToTheOthersPages() {
    executor = Runnable::run;
    List<UUID> ended = Stream.generate(() -> fixture.campaign(sender, 1)).limit(20).toList();
    ended.forEach(id -> command("start", id));
    turns(3);
    ended.forEach(this::complete);
    turns(2 * 20);
    executor = waitingErrands::add;
    ended.forEach(id -> command("resend", id));
    turns(1);

    assertThat(waitingErrands).as("steps").hasSizeBetween(1, 19);
  }

  /**
   * A reading that comes meanwhile counts what is remembered as well, so some would count twice.
   */
  @Test
  void whatIsReadWhileAPageIsReadDoesNotChangeItsLanes() {
    String even = "s-" + UUID.randomUUID();
    fixture.sender(even, 2, 2);
    Map<LaneKey, Long> read = new HashMap<>();
    AtomicLong taken = new AtomicLong();
    driver.close();
    open(() -> {
      taken.compareAndSet(0, System.nanoTime());
      return new LaneBacklog.Reading(taken.get(), read, Map.of(), Map.of(0, 0L));
    });
    executor = Runnable::run;
    command("start", fixture.campaign(even, 50));
    command("start", fixture.campaign(even, 50));
    turnsUntilWritten(2);
    executor = waitingErrands::add;
    turns(1);
    fed.forEach(one -> read.merge(one.laneKey(), 1L, Long::sum));
    answer();
    turns(1);
    fed.addAll(requests());

    assertThat(fed).extracting(SendRequest::lane).containsOnly(0, 1);
    assertThat(Collections.frequency(fed.stream().map(SendRequest::lane).toList(), 0))
        .isEqualTo(fed.size() / 2);
    assertThat(fed).hasSize(20);
  }

  private final List<SendRequest> fed = new ArrayList<>();

  private void turnsUntilWritten(int many) {
    while (fed.size() < many) {
      turns(1);
      fed.addAll(requests());
    }
  }

  @Test
  void aCampaignAsksForOneThingAtATime() {
    UUID campaign = fixture.campaign(sender, 1_000);
    turns(1);
    answer();
    command("start", campaign);
    turns(10);

    assertThat(waitingErrands).hasSize(1);
  }

  @Test
  void aPageThatComesAfterThePauseIsNotWrittenAndReadAgainLater() {
    UUID campaign = fixture.campaign(sender, 20);
    turns(1);
    answer();
    command("start", campaign);
    while (requests.isEmpty() && !aPageIsAskedFor()) {
      answer();
      turns(1);
    }
    command("pause", campaign);
    answer();
    turns(1);
    assertThat(requests()).isEmpty();

    executor = Runnable::run;
    answer();
    command("resume", campaign);
    turns(5);
    assertThat(requests()).hasSize(20).extracting(SendRequest::recipientId).doesNotHaveDuplicates();
  }

  /** Answers so far: the start and the look-up of the sender come first. */
  private int answers;

  private boolean aPageIsAskedFor() {
    return answers == 3 && waitingErrands.size() == 1;
  }

  private void answer() {
    while (!waitingErrands.isEmpty()) {
      waitingErrands.remove().run();
      answers++;
    }
  }
}
