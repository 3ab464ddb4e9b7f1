package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** The topology on its own driver, with a real database and a clock that tests advance. */
abstract class FanOutTest {
  static final Topics TOPICS = new Topics("t.");

  final Fixture fixture = Fixture.of(getClass());

  final AtomicLong waiting = new AtomicLong();
  final Map<String, Control> inForce = new HashMap<>();
  final String sender = "s-" + UUID.randomUUID();
  Instant now = Instant.now();

  /** The frequency cap of all senders together. */
  @Nullable FrequencyCap cap;

  /** By how much the machine's clock was set. */
  Duration clockSet = Duration.ZERO;

  private final InstantSource clock = () -> now.plus(clockSet);
  private final InstantSource steady = () -> now;
  final Health health = new Health();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** What a task finds stored of campaigns when it is opened. */
  private final Map<UUID, FanOutState> takenOver = new LinkedHashMap<>();

  FanOutTick.Surroundings around;
  TopologyTestDriver driver;
  TestInputTopic<String, String> commands;
  TestOutputTopic<String, byte[]> requests;
  TestOutputTopic<String, byte[]> results;
  TestOutputTopic<String, byte[]> controls;
  TestOutputTopic<String, byte[]> events;
  TestOutputTopic<String, byte[]> deadLetters;

  @AfterAll
  static void close(TestInfo test) {
    Fixture.close(test.getTestClass().orElseThrow());
  }

  @BeforeEach
  void start() {
    fixture.sender(sender, 80, 2);
    open();
  }

  /** Starts with empty stores, as if Kafka's data were lost. */
  void open() {
    // No reading is ever new enough to contain what was fed, so all of it counts.
    AtomicLong first = new AtomicLong();
    open(() ->
        new LaneBacklog.Reading(
            first.updateAndGet(taken -> taken == 0 ? System.nanoTime() : taken),
            Map.of(),
            Map.of(),
            Map.of(0, waiting.get())));
  }

  /** Starts with empty stores and the test's own workers' lag. */
  void open(LaneBacklog backlog) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    around =
        FanOutTick.Surroundings.of(
            () -> FanOutRepositories.of(fixture.producer(), clock, steady, cap),
            backlog,
            key -> inForce.getOrDefault(key, new Control(Control.State.RUNNING, null)),
            new FanOutConfig(
                fixture.environment().kafka(),
                fixture.environment().as(ServiceRole.PRODUCER),
                Duration.ofSeconds(10),
                500),
            executor(),
            clock,
            steady,
            System::nanoTime,
            health,
            meters);
    OutputMeters outputMeters = new OutputMeters(meters);
    driver =
        new TopologyTestDriver(
            FanOutTopology.of(
                TOPICS,
                outputMeters,
                () ->
                    new FanOutProcessor(
                        TOPICS,
                        clock,
                        steady,
                        outputMeters,
                        traces(),
                        (fanOuts, events, output) -> {
                          takenOver.forEach(fanOuts::put);
                          return FanOutTick.of(around, fanOuts, events, output);
                        })),
            settings);
    commands = input(TOPICS.campaignCommands());
    requests = output(TOPICS.sendRequests());
    results = output(TOPICS.sendResults());
    controls = output(TOPICS.controls());
    events = output(TOPICS.campaignEvents());
    deadLetters = output(TOPICS.deadLetters());
  }

  /**
   * Returns the executor of database tasks: it runs them at once, unless a test makes them wait.
   */
  Executor executor() {
    return Runnable::run;
  }

  Traces traces() {
    return Traces.OFF;
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  /** Ends the task; the next one that is opened has its campaigns. */
  void handOver() {
    try (KeyValueIterator<String, byte[]> all =
        driver.<String, byte[]>getKeyValueStore(FanOutTopology.STORE).all()) {
      all.forEachRemaining(entry ->
          takenOver.put(UUID.fromString(entry.key), Json.read(entry.value, FanOutState.class)));
    }
    driver.close();
  }

  void loseTheStore() {
    driver.close();
    open();
  }

  void turns(int turns) {
    for (int i = 0; i < turns; i++) {
      now = now.plusMillis(50);
      driver.advanceWallClockTime(Duration.ofMillis(50));
    }
  }

  void command(String command, UUID campaign) {
    commands.pipeInput(campaign.toString(), json(command, campaign));
  }

  /** Lets a campaign whose state was lost go on, as the repair command does. */
  void repair(UUID campaign) {
    now = now.plusSeconds(10);
    commands.pipeInput(
        campaign.toString(),
        new String(
            Json.write(CampaignCommand.goOn(campaign, "repair", now)), StandardCharsets.UTF_8),
        now);
  }

  static String json(String command, UUID campaign) {
    return "{\"command\":\"" + command + "\",\"campaignId\":\"" + campaign + "\"}";
  }

  /** Returns the requests written since the last call. */
  List<SendRequest> requests() {
    return requests.readRecordsToList().stream().map(FanOutTest::read).toList();
  }

  /** Returns a request unsent, as a worker does. */
  void giveBack(SendRequest request) {
    giveBack(
        new ReturnedRequest(
            request.recipientId(),
            request.campaignId(),
            request.round(),
            request.attempts(),
            request.firstTriedAt()));
  }

  void giveBack(ReturnedRequest request) {
    input(TOPICS.returnedRequests())
        .pipeInput(
            request.campaignId().toString(),
            new String(Json.write(request), StandardCharsets.UTF_8));
  }

  /**
   * Passes on the controls written since the last call, as workers would hear them; the driver has
   * no view.
   */
  void hearControls() {
    controls
        .readRecordsToList()
        .forEach(record -> inForce.put(record.key(), Json.read(record.value(), Control.class)));
  }

  /** Returns the newest control of a campaign among those written since the last read. */
  Control newestControl(UUID campaign) {
    byte[] value =
        controls.readRecordsToList().stream()
            .filter(record -> record.key().equals(Control.campaignKey(campaign)))
            .reduce((before, after) -> after)
            .orElseThrow()
            .value();
    return Json.read(value, Control.class);
  }

  static SendRequest read(TestRecord<String, byte[]> record) {
    return Json.read(record.value(), SendRequest.class);
  }

  static String header(TestRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  CampaignStatus row(UUID campaign) {
    return fixture.of(campaign, CAMPAIGN.STATUS);
  }

  <T> void set(UUID campaign, Field<T> field, T value) {
    fixture.sql().update(CAMPAIGN).set(field, value).where(CAMPAIGN.ID.eq(campaign)).execute();
  }

  /** Fails all recipients and completes the campaign, as the aggregator would. */
  void complete(UUID campaign) {
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET status = 'FAILED' WHERE campaign_id = ?",
            campaign);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign SET status = 'COMPLETED', failed = total,"
                + " completed_at = now() WHERE id = ?",
            campaign);
  }

  void window(UUID campaign, String start, String end, String zone) {
    fixture
        .sql()
        .update(CAMPAIGN)
        .set(CAMPAIGN.WINDOW_START, LocalTime.parse(start))
        .set(CAMPAIGN.WINDOW_END, LocalTime.parse(end))
        .set(CAMPAIGN.TIME_ZONE, zone)
        .where(CAMPAIGN.ID.eq(campaign))
        .execute();
  }

  TestInputTopic<String, String> input(String topic) {
    return driver.createInputTopic(topic, new StringSerializer(), new StringSerializer());
  }

  TestOutputTopic<String, byte[]> output(String topic) {
    return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
  }
}
