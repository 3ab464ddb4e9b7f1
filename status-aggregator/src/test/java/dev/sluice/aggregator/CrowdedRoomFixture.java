package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
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

/** An aggregator with room for a hundred results, driven step by step against a real database. */
abstract class CrowdedRoomFixture {
  final Fixture fixture = Fixture.of(getClass());
  private final Topics topics = fixture.environment().kafka().topics();
  static final int ROOM = 100;
  static final int HALF = ROOM / 2;
  final Health health = new Health();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Database database;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  final TopologyTestDriver driver;

  private final TestInputTopic<String, byte[]> results;
  final TestOutputTopic<String, byte[]> commands;
  final TestOutputTopic<String, byte[]> deadLetters;

  /** How often a result was about to wait for room. */
  int waits;

  boolean patient;

  CrowdedRoomFixture() {
    this(Duration.ofSeconds(30));
  }

  CrowdedRoomFixture(Duration statementTimeout) {
    database =
        new Database(
            fixture.environment().database(),
            15,
            "crowded",
            meters,
            new Database.Timeouts(statementTimeout, Duration.ofMillis(100)));
    driver = start();
    results =
        driver.createInputTopic(
            topics.sendResults(), new StringSerializer(), new ByteArraySerializer());
    commands =
        driver.createOutputTopic(
            topics.campaignCommands(), new StringDeserializer(), new ByteArrayDeserializer());
    deadLetters =
        driver.createOutputTopic(
            topics.deadLetters(), new StringDeserializer(), new ByteArrayDeserializer());
  }

  private TopologyTestDriver start() {
    StatusAggregatorConfig config =
        new StatusAggregatorConfig(
            fixture.environment().kafka(),
            fixture.environment().database(),
            1,
            Duration.ofSeconds(10),
            ROOM);
    Flushes flushes =
        new Flushes(
            new StatusStatement(database.sql()),
            threads,
            7,
            InstantSource.system(),
            new SimpleMeterRegistry());
    Troubles troubles = new Troubles(health, meters);
    RowTimes rowTimes = new RowTimes();
    Room room = new Room(config.maxPending(), meters);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    return new TopologyTestDriver(
        AggregatorTopology.of(
            topics,
            () ->
                new BatchProcessor(
                    config, flushes, troubles, rowTimes, room, meters, this::countWait)),
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

  /**
   * Replays as {@code sluice dead-letters replay} does: to the original topic and with the original
   * bytes. Twice each, because a crash before a letter is committed creates a second one.
   */
  int replay() {
    return replay("lock timeout");
  }

  int replay(String because) {
    List<TestRecord<String, byte[]>> letters = deadLetters.readRecordsToList();
    for (TestRecord<String, byte[]> letter : letters) {
      assertThat(header(letter, "topic")).isEqualTo(topics.sendResults());
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

  List<UUID> campaigns(int number, int recipients) {
    return Stream.generate(() -> fixture.campaign(recipients)).limit(number).toList();
  }

  void whileLocked(List<UUID> campaigns, Runnable then) {
    String ids = campaigns.stream().map(id -> "'" + id + "'").collect(Collectors.joining(", "));
    fixture.holding(
        "SELECT 1 FROM sluice.campaign_recipient WHERE campaign_id IN (" + ids + ") FOR UPDATE",
        then);
  }

  void send(UUID campaign, int from, int to, RecipientStatus status) {
    fixture
        .recipients(campaign)
        .subList(from, to)
        .forEach(id ->
            results.pipeInput(
                campaign.toString(), Json.write(Fixture.result(campaign, id, 1, status))));
  }

  int stored() {
    try (var all = driver.getKeyValueStore(PendingResults.NAME).all()) {
      int stored = 0;
      for (; all.hasNext(); all.next()) {
        stored++;
      }
      return stored;
    }
  }

  void untilCompleted(UUID campaign) {
    until(() -> fixture.campaignStatus(campaign).equals("COMPLETED"));
  }

  void untilPaused(List<UUID> campaigns) {
    Map<String, byte[]> pauses = new HashMap<>();
    until(() -> {
      pauses.putAll(commands.readKeyValuesToMap());
      return pauses.size() >= campaigns.size();
    });
    assertThat(pauses)
        .containsOnlyKeys(campaigns.stream().map(UUID::toString).toArray(String[]::new));
  }

  /** Waits until writes have failed for more of the driver's time than makes a campaign stuck. */
  void untilRefused() {
    double enough = statements() + 6;
    AtomicInteger looks = new AtomicInteger();
    until(() -> looks.incrementAndGet() > 30 && statements() >= enough);
  }

  /** Waits until each was tried at least twice; a try is a write and a rehearsal. */
  void untilEachIsRefused(List<UUID> campaigns) {
    double enough = statements() + 4 * campaigns.size();
    until(() -> statements() >= enough);
    assertThat(health.problems()).hasSameSizeAs(campaigns);
  }

  private double statements() {
    return meters.get(Database.STATEMENTS).counter().count();
  }

  void until(Callable<Boolean> condition) {
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
