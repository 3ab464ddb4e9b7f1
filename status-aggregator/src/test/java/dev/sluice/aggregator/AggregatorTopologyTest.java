package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AggregatorTopologyTest {
  private static final Fixture FIXTURE = new Fixture();
  private static final Topics TOPICS = new Topics("t.");

  private final Health health = new Health();

  /** Flushes that wait for the test to run them, unless they run at once. */
  private final Queue<Runnable> flushes = new ArrayDeque<>();

  /** What a predecessor has left in the store. */
  private Map<String, byte[]> leftBehind = Map.of();

  private boolean atOnce;
  private SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private TopologyTestDriver driver = start(new StatusStatement(FIXTURE.sql()), Runnable::run);

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void aHundredResultsAreOneStatement() {
    UUID campaign = FIXTURE.campaign(250);
    List<Long> ids = FIXTURE.recipients(campaign);
    send(campaign, ids.subList(0, 1), RecipientStatus.SENT);
    double before = FIXTURE.statements();
    send(campaign, ids.subList(1, 200), RecipientStatus.SENT);
    driver.advanceWallClockTime(Duration.ofMillis(100));

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
  void whatCannotBeReadGoesToTheDeadLetters() {
    UUID campaign = FIXTURE.campaign(1);
    pipe(campaign.toString(), "not json".getBytes(StandardCharsets.UTF_8));
    pipe(campaign.toString(), new byte[1_000_000]);
    pipe("another key", Json.write(Fixture.result(campaign, 1, 1, RecipientStatus.SENT)));
    send(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);

    assertThat(deadLetters().readRecordsToList())
        .hasSize(3)
        .allSatisfy(letter -> {
          assertThat(header(letter, "reason")).isNotEmpty();
          assertThat(header(letter, "type")).isEqualTo("dead-letter");
        });
    assertThat(FIXTURE.campaignStatus(campaign)).isEqualTo("COMPLETED");
  }

  @Test
  void resultsOfTestsAreCountedNowhere() {
    UUID test = UUID.randomUUID();
    pipe(
        test.toString(),
        Json.write(
            new SendResult(
                1,
                test,
                1,
                RecipientStatus.SENT,
                "wamid",
                null,
                null,
                1,
                Instant.now(),
                null,
                null,
                null,
                null,
                true)));
    driver.advanceWallClockTime(Duration.ofSeconds(11));

    assertThat(deadLetters().isEmpty()).isTrue();
    assertThat(storeIsEmpty()).isTrue();
  }

  @Test
  void resultsOfAnUnknownCampaignGoToTheDeadLetters() {
    UUID nobody = UUID.randomUUID();
    send(nobody, List.of(1L), RecipientStatus.SENT);

    TestRecord<byte[], byte[]> letter = deadLetters().readRecord();
    assertThat(header(letter, "reason")).contains("unknown campaign");
    assertThat(header(letter, "campaign")).isEqualTo(nobody.toString());
    leavesTheStoreOnceItsLetterIsCommitted();
  }

  /** Only the store survives a crash; the next process writes what is in it. */
  @Test
  void whatWasNotWrittenBeforeACrashIsWrittenAfterIt() {
    UUID campaign = FIXTURE.campaign(20);
    List<SendResult> left =
        FIXTURE.recipients(campaign).subList(0, 5).stream()
            .map(id -> Fixture.result(campaign, id, 1, RecipientStatus.SENT))
            .toList();
    driver.close();
    driver = start(new StatusStatement(FIXTURE.sql()), Runnable::run);
    PendingResults store = pending();
    left.forEach(result -> store.put(PendingResults.key(result), result));
    // A new task reads its store at start; the driver's has already started, so pipe them again.
    left.forEach(result -> pipe(campaign.toString(), Json.write(result)));
    driver.advanceWallClockTime(Duration.ofSeconds(11));

    assertThat(FIXTURE.rows(campaign)).containsEntry(RecipientStatus.SENT, 5);
    assertThat(storeIsEmpty()).as("what is written leaves the store").isTrue();
  }

  /** An older version does not know a later one's statuses. */
  @Test
  void whatCannotBeReadInTheStoreIsADeadLetterAndAllOthersAreWritten() {
    UUID campaign = FIXTURE.campaign(3);
    List<Long> ids = FIXTURE.recipients(campaign);
    String damaged = campaign + ":" + ids.get(0);
    String overtaken = campaign + ":" + ids.get(1);
    leftBehind = Map.of(damaged, new byte[] {'{'}, overtaken, new byte[] {'['});
    send(campaign, ids.subList(1, 3), RecipientStatus.SENT);

    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(stored().get(damaged)).as("a crash now may lose the letter").isNotNull();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(stored().get(damaged)).isNull();
    assertThat(stored().get(overtaken)).as("a newer result waits").isNotNull();
    assertThat(deadLetters().readRecordsToList())
        .hasSize(2)
        .allSatisfy(letter -> {
          assertThat(letter.key()).asString(StandardCharsets.UTF_8).isEqualTo(campaign.toString());
          assertThat(header(letter, "reason")).contains("cannot be read in the store");
        });

    driver.advanceWallClockTime(Duration.ofSeconds(11));
    assertThat(FIXTURE.rows(campaign))
        .isEqualTo(Map.of(RecipientStatus.SENT, 2, RecipientStatus.PENDING, 1));
    assertThat(storeIsEmpty()).isTrue();
  }

  private KeyValueStore<String, byte[]> stored() {
    return driver.getKeyValueStore(PendingResults.NAME);
  }

  @Test
  void resultsWaitInTheStoreWhileTheDatabaseIsAway() {
    driver.close();
    DatabaseConfig nowhere =
        new DatabaseConfig("jdbc:postgresql://localhost:1/sluice", "sluice_app", null);
    try (Database away = new Database(nowhere, 1, "away", new SimpleMeterRegistry())) {
      driver = start(new StatusStatement(away.sql()), Runnable::run);
      UUID campaign = FIXTURE.campaign(1);
      send(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);
      driver.advanceWallClockTime(Duration.ofSeconds(11));

      assertThat(health.problems()).containsKey("batches");
      assertThat(driver.getKeyValueStore(PendingResults.NAME).approximateNumEntries()).isOne();
    }
  }

  @Test
  void whatTheDatabaseRefusesIsADeadLetterAndAllOthersAreWritten() {
    FIXTURE.refusePoison();
    UUID campaign = FIXTURE.campaign(100);
    List<Long> ids = FIXTURE.recipients(campaign);
    pipe(campaign.toString(), Json.write(Fixture.poison(campaign, ids.getFirst())));
    send(campaign, ids.subList(1, 100), RecipientStatus.SENT);

    assertThat(FIXTURE.rows(campaign))
        .isEqualTo(Map.of(RecipientStatus.SENT, 99, RecipientStatus.PENDING, 1));
    TestRecord<byte[], byte[]> letter = deadLetters().readRecord();
    assertThat(header(letter, "reason")).contains("no_poison");
    assertThat(Json.read(letter.value(), SendResult.class).recipientId()).isEqualTo(ids.getFirst());
    assertThat(deadLetters().isEmpty()).isTrue();
    assertThat(health.problems()).isEmpty();
    assertThat(meters.get("sluice.aggregator.refused").tag("cause", "database").counter().count())
        .isEqualTo(1);
    leavesTheStoreOnceItsLetterIsCommitted();
  }

  @Test
  void aResultThatComesAfterTheDeadLetterOfAnotherStaysInTheStore() {
    driver.close();
    driver = start(new StatusStatement(FIXTURE.sql()), flushes::add);
    UUID nobody = UUID.randomUUID();
    send(nobody, List.of(1L), RecipientStatus.SENT);
    flushes.remove().run();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(deadLetters().isEmpty()).isFalse();

    send(nobody, List.of(1L), RecipientStatus.DELIVERED);
    driver.advanceWallClockTime(Duration.ofMillis(100));

    assertThat(storeIsEmpty()).isFalse();
  }

  /** A crash before the letter is committed may lose it. */
  @Test
  void aWishThatWasGivenUpStaysBesideANewerResultUntilItsLetterIsCommitted() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    refuseAWish(campaign, id);

    pipe(campaign.toString(), Json.write(Fixture.receipt(campaign, id, RecipientStatus.READ)));

    assertThat(deadLetters().getQueueSize()).isOne();
    assertThat(stored(campaign, id).status()).isEqualTo(RecipientStatus.READ);
    assertThat(stored(campaign, id).wish()).isNotNull();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(stored(campaign, id).wish()).as("the letter is safe").isNull();
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    flushes.remove().run();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.READ, 1));
    assertThat(storeIsEmpty()).isTrue();
  }

  @Test
  void aWishThatWasGivenUpStaysWhenANewerResultIsWrittenUntilItsLetterIsCommitted() {
    UUID campaign = FIXTURE.campaign(1);
    long id = FIXTURE.recipients(campaign).getFirst();
    refuseAWish(campaign, id);

    atOnce = true;
    send(campaign, List.of(id), RecipientStatus.SENT);

    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.SENT, 1));
    assertThat(stored(campaign, id).wish()).isNotNull();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(storeIsEmpty()).isTrue();
  }

  /** The flush has ended; the task learns of it with the next step. */
  private void refuseAWish(UUID campaign, long recipient) {
    FIXTURE.refusePoison();
    driver.close();
    driver =
        start(
            new StatusStatement(FIXTURE.sql()),
            flush -> {
              if (atOnce) {
                flush.run();
              } else {
                flushes.add(flush);
              }
            });
    pipe(campaign.toString(), Json.write(Fixture.poisonousOptOut(campaign, recipient)));
    flushes.remove().run();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    flushes.remove().run();
  }

  private SendResult stored(UUID campaign, long recipient) {
    return pending().get(campaign + ":" + recipient);
  }

  private PendingResults pending() {
    return new PendingResults(driver.getKeyValueStore(PendingResults.NAME));
  }

  /** The driver commits after each step, so the result leaves with the next one. */
  private void leavesTheStoreOnceItsLetterIsCommitted() {
    assertThat(storeIsEmpty()).as("a crash now may lose the letter").isFalse();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(storeIsEmpty()).as("it is not tried again after a restart").isTrue();
  }

  @Test
  void aCampaignWhoseRowsAreLockedDelaysItselfAlone() {
    driver.close();
    Database.Timeouts soon = new Database.Timeouts(Duration.ofSeconds(30), Duration.ofMillis(200));
    try (Database database = new Database(FIXTURE.sandbox().database(), 4, "locked", meters, soon);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      driver = start(new StatusStatement(database.sql()), threads);
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

  @Test
  void whatComesDuringAFlushIsKeptForTheNext() {
    driver.close();
    driver = start(new StatusStatement(FIXTURE.sql()), flushes::add);
    UUID campaign = FIXTURE.campaign(1);
    send(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);
    flushes.remove().run();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    Runnable flush = flushes.remove();
    send(campaign, FIXTURE.recipients(campaign), RecipientStatus.READ);
    flush.run();
    driver.advanceWallClockTime(Duration.ofMillis(100));

    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.SENT, 1));
    assertThat(storeIsEmpty()).isFalse();
    assertThat(flushes).as("the receipt has time").isEmpty();

    driver.advanceWallClockTime(Duration.ofSeconds(10));
    flushes.remove().run();
    driver.advanceWallClockTime(Duration.ofMillis(100));
    assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.READ, 1));
    assertThat(storeIsEmpty()).isTrue();
  }

  /** The room may be taken by another task of the same thread, which must get its turn. */
  @Test
  void aResultForWhichThereIsNoRoomWaitsAndIsTakenInTheEnd() {
    driver.close();
    StatusAggregatorConfig small =
        new StatusAggregatorConfig(
            FIXTURE.sandbox().kafka(), FIXTURE.sandbox().database(), 1, Duration.ofSeconds(10), 2);
    driver = start(new StatusStatement(FIXTURE.sql()), never -> {}, small);
    UUID campaign = FIXTURE.campaign(2);
    send(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);

    assertThat(meters.get("sluice.aggregator.pending").gauge().value()).isEqualTo(2);
    assertThat(driver.getKeyValueStore(PendingResults.NAME).approximateNumEntries()).isEqualTo(2);
  }

  private void until(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInSameThread()
        .until(() -> {
          driver.advanceWallClockTime(Duration.ofMillis(200));
          return condition.call();
        });
  }

  private boolean storeIsEmpty() {
    try (var all = driver.getKeyValueStore(PendingResults.NAME).all()) {
      return !all.hasNext();
    }
  }

  private TopologyTestDriver start(StatusStatement statement, Executor executor) {
    return start(
        statement,
        executor,
        StatusAggregatorConfig.of(FIXTURE.sandbox().kafka(), FIXTURE.sandbox().database()));
  }

  private TopologyTestDriver start(
      StatusStatement statement, Executor executor, StatusAggregatorConfig config) {
    meters = new SimpleMeterRegistry();
    Flushes flushes =
        new Flushes(statement, executor, 4, InstantSource.system(), new SimpleMeterRegistry());
    Troubles troubles = new Troubles(health, meters);
    Room room = new Room(config.maxPending(), meters);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    return new TopologyTestDriver(
        AggregatorTopology.of(
            TOPICS,
            () ->
                new TakenOver(
                    new BatchProcessor(config, flushes, troubles, room, meters, () -> false))),
        settings);
  }

  private void send(UUID campaign, List<Long> recipients, RecipientStatus status) {
    recipients.forEach(
        id -> pipe(campaign.toString(), Json.write(Fixture.result(campaign, id, 1, status))));
  }

  private void pipe(String key, byte[] value) {
    TestInputTopic<String, byte[]> results =
        driver.createInputTopic(
            TOPICS.sendResults(), new StringSerializer(), new ByteArraySerializer());
    results.pipeInput(key, value);
  }

  private TestOutputTopic<byte[], byte[]> deadLetters() {
    return driver.createOutputTopic(
        TOPICS.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Begins anew with what was left behind, before the first record: only then has it a context. */
  private final class TakenOver implements Processor<byte[], byte[], byte[], byte[]> {
    private final BatchProcessor successor;
    private ProcessorContext<byte[], byte[]> context;

    TakenOver(BatchProcessor successor) {
      this.successor = successor;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> newContext) {
      context = newContext;
      successor.init(context);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (!leftBehind.isEmpty()) {
        KeyValueStore<String, byte[]> store = context.getStateStore(PendingResults.NAME);
        leftBehind.forEach(store::put);
        leftBehind = Map.of();
        successor.close();
        successor.init(context);
      }
      successor.process(record);
    }

    @Override
    public void close() {
      successor.close();
    }
  }
}
