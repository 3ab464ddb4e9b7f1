package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests results that cannot be written, and the room that they leave for others. */
class CrowdedRoomTest {
  private static final Fixture FIXTURE = new Fixture();
  private static final Topics TOPICS = FIXTURE.sandbox().kafka().topics();
  private static final int ROOM = 100;
  private static final int HALF = ROOM / 2;

  private final Health health = new Health();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Database database =
      new Database(
          FIXTURE.sandbox().database(),
          8,
          "crowded",
          meters,
          new Database.Timeouts(Duration.ofSeconds(30), Duration.ofMillis(100)));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final TopologyTestDriver driver = start();
  private final TestInputTopic<String, byte[]> results =
      driver.createInputTopic(
          TOPICS.sendResults(), new StringSerializer(), new ByteArraySerializer());
  private final TestOutputTopic<String, byte[]> commands =
      driver.createOutputTopic(
          TOPICS.campaignCommands(), new StringDeserializer(), new ByteArrayDeserializer());
  private final TestOutputTopic<String, byte[]> deadLetters =
      driver.createOutputTopic(
          TOPICS.deadLetters(), new StringDeserializer(), new ByteArrayDeserializer());

  /** How often a result was about to wait for room. */
  private int waits;

  private boolean patient;

  private TopologyTestDriver start() {
    StatusAggregatorConfig config =
        new StatusAggregatorConfig(
            FIXTURE.sandbox().kafka(),
            FIXTURE.sandbox().database(),
            1,
            Duration.ofSeconds(10),
            ROOM);
    Flushes flushes =
        new Flushes(new StatusStatement(database.sql()), threads, 7, new SimpleMeterRegistry());
    Troubles troubles = new Troubles(health, meters);
    Room room = new Room(config.maxPending(), meters);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    return new TopologyTestDriver(
        AggregatorTopology.of(
            TOPICS,
            () -> new BatchProcessor(config, flushes, troubles, room, meters, this::countWait)),
        settings);
  }

  /**
   * Counts a wait; called only if there is no room. Unless the test is patient, the wait ends at
   * once.
   */
  private boolean countWait() {
    waits++;
    return !patient;
  }

  @AfterEach
  void stop() {
    driver.close();
    threads.close();
    database.close();
  }

  @Test
  void aShortLockPausesNobodyHoweverFullTheRoomIs() {
    UUID campaign = FIXTURE.campaign(ROOM);
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
    UUID campaign = FIXTURE.campaign(HALF + 1);
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
        BatchProcessor.LOOK_EVERY.multipliedBy((long) waits * StatusAggregator.RECORDS_A_POLL);
    assertThat(onePoll).isLessThanOrEqualTo(Duration.ofSeconds(30));
    untilCompleted(campaign);
  }

  @Test
  void aCampaignThatIsStuckIsPausedWhenItTakesTheRoomOfOthers() {
    UUID campaign = FIXTURE.campaign(HALF);
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

  /** With a lone campaign there is no other whose results could be written. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aLockOnTheWholeTablePausesNobody(int campaigns) {
    List<UUID> all = campaigns(campaigns, 60);
    FIXTURE.holding(
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
    UUID campaign = FIXTURE.campaign(60);
    FIXTURE.asOwner(
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
      FIXTURE.asOwner("DROP TRIGGER slow ON sluice.campaign_recipient");
    }

    untilCompleted(campaign);
    assertThat(commands.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  /** For example a damaged page; the same SQLSTATEs may mean that the database is in trouble. */
  @Test
  void anErrorOfTheSystemInRowsOfOneCampaignIsNoAbsenceOfTheDatabase() {
    UUID damaged = FIXTURE.campaign(3);
    UUID healthy = FIXTURE.campaign(3);
    FIXTURE.asOwner(
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
      FIXTURE.asOwner("DROP TRIGGER unreadable ON sluice.campaign_recipient");
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
    all.forEach(campaign -> assertThat(FIXTURE.wrongCounters(campaign)).isEmpty());
  }

  @Test
  void aTriggerThatBreaksOneCampaignsWritesIsItsOwnTroubleAsSoonAsAnotherIsWritten() {
    UUID broken = FIXTURE.campaign(60);
    UUID healthy = FIXTURE.campaign(20);
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

  private static void breakTheTrigger() {
    breakTheTrigger("");
  }

  private static void breakTheTrigger(String rows) {
    FIXTURE.asOwner(
        """
        CREATE OR REPLACE FUNCTION sluice.broken() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN new.error_detail = new.no_such_column; RETURN new; END $$;
        CREATE TRIGGER broken BEFORE UPDATE ON sluice.campaign_recipient
        FOR EACH ROW %s EXECUTE FUNCTION sluice.broken()
        """
            .formatted(rows));
  }

  private static void mendTheTrigger() {
    FIXTURE.asOwner("DROP TRIGGER broken ON sluice.campaign_recipient");
  }

  @Test
  void manyLockedCampaignsLeaveRoomToAllOthers() {
    List<UUID> locked = campaigns(12, 9);
    UUID healthy = FIXTURE.campaign(HALF / 2 - 1);
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
    locked.forEach(campaign -> assertThat(FIXTURE.wrongCounters(campaign)).isEmpty());
  }

  /** As after a takeover, which brings what another process had room for. */
  @Test
  void whatStuckCampaignsHoldBeyondTheirRoomIsGivenUpForOthers() {
    int mostOfStuck = HALF + HALF / 2;
    int all = 2 * mostOfStuck;
    List<UUID> locked = campaigns(2, mostOfStuck);
    UUID healthy = FIXTURE.campaign(ROOM / 8 - 1);
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
    locked.forEach(campaign -> assertThat(FIXTURE.wrongCounters(campaign)).isEmpty());
  }

  @Test
  void receiptsOfAPausedCampaignLeaveRoomToOthers() {
    UUID locked = FIXTURE.campaign(3 * HALF);
    UUID healthy = FIXTURE.campaign(HALF / 2 - 1);
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
    assertThat(FIXTURE.rows(locked))
        .isEqualTo(Map.of(RecipientStatus.READ, HALF, RecipientStatus.SENT, 2 * HALF));
    replay();
    until(() -> !FIXTURE.rows(locked).containsKey(RecipientStatus.SENT));
    assertThat(FIXTURE.rows(locked))
        .isEqualTo(Map.of(RecipientStatus.READ, HALF, RecipientStatus.DELIVERED, 2 * HALF));
    assertThat(FIXTURE.wrongCounters(locked)).isEmpty();
  }

  /**
   * Replays as {@code sluice dead-letters replay} does: to the original topic and with the original
   * bytes. Twice each, because a crash before a letter is committed creates a second one.
   */
  private int replay() {
    return replay("lock timeout");
  }

  private int replay(String because) {
    List<TestRecord<String, byte[]>> letters = deadLetters.readRecordsToList();
    for (TestRecord<String, byte[]> letter : letters) {
      assertThat(header(letter, "topic")).isEqualTo(TOPICS.sendResults());
      assertThat(header(letter, "partition")).isEqualTo("0");
      assertThat(header(letter, "reason")).startsWith("no room: ").contains(because);
      results.pipeInput(letter.key(), letter.value());
      results.pipeInput(letter.key(), letter.value());
    }
    return letters.size();
  }

  private static String header(TestRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static List<UUID> campaigns(int number, int recipients) {
    return Stream.generate(() -> FIXTURE.campaign(recipients)).limit(number).toList();
  }

  private static void whileLocked(List<UUID> campaigns, Runnable then) {
    String ids = campaigns.stream().map(id -> "'" + id + "'").collect(Collectors.joining(", "));
    FIXTURE.holding(
        "SELECT 1 FROM sluice.campaign_recipient WHERE campaign_id IN (" + ids + ") FOR UPDATE",
        then);
  }

  private void send(UUID campaign, int from, int to, RecipientStatus status) {
    FIXTURE
        .recipients(campaign)
        .subList(from, to)
        .forEach(id ->
            results.pipeInput(
                campaign.toString(), Json.write(Fixture.result(campaign, id, 1, status))));
  }

  private int stored() {
    try (var all = driver.getKeyValueStore(AggregatorTopology.STORE).all()) {
      int stored = 0;
      for (; all.hasNext(); all.next()) {
        stored++;
      }
      return stored;
    }
  }

  private void untilCompleted(UUID campaign) {
    until(() -> FIXTURE.campaignStatus(campaign).equals("COMPLETED"));
  }

  private void untilPaused(List<UUID> campaigns) {
    Map<String, byte[]> pauses = new HashMap<>();
    until(() -> {
      pauses.putAll(commands.readKeyValuesToMap());
      return pauses.size() >= campaigns.size();
    });
    assertThat(pauses)
        .containsOnlyKeys(campaigns.stream().map(UUID::toString).toArray(String[]::new));
  }

  /** Waits until writes have failed for more of the driver's time than makes a campaign stuck. */
  private void untilRefused() {
    double enough = statements() + 6;
    AtomicInteger looks = new AtomicInteger();
    until(() -> looks.incrementAndGet() > 30 && statements() >= enough);
  }

  /** Waits until each was tried at least twice; a try is a write and a rehearsal. */
  private void untilEachIsRefused(List<UUID> campaigns) {
    double enough = statements() + 4 * campaigns.size();
    until(() -> statements() >= enough);
    assertThat(health.problems()).hasSameSizeAs(campaigns);
  }

  private double statements() {
    return meters.get(Database.STATEMENTS).counter().count();
  }

  private void until(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInSameThread()
        .until(() -> {
          driver.advanceWallClockTime(Duration.ofMillis(500));
          return condition.call();
        });
  }
}
