package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Health;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.data.Percentage;
import org.jooq.Field;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FanOutTopologyTest {
  private Control senderControl = new Control(Control.State.RUNNING, null);

  private static final Fixture FIXTURE = new Fixture();
  private static final Topics TOPICS = new Topics("t.");

  private final AtomicLong waiting = new AtomicLong();
  private Instant now = Instant.now();
  private final InstantSource clock = () -> now;
  private final String sender = "s-" + UUID.randomUUID();
  private TopologyTestDriver driver;
  private TestInputTopic<String, String> commands;
  private TestOutputTopic<String, byte[]> requests;
  private TestOutputTopic<String, byte[]> results;
  private TestOutputTopic<String, byte[]> controls;
  private TestOutputTopic<String, byte[]> deadLetters;

  @BeforeEach
  void start() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    // No reading is ever new enough to contain what was fed: all of it counts.
    long before = System.nanoTime();
    Backlog backlog = () -> new Backlog.Reading(before, Map.of(0, waiting.get()));
    driver =
        new TopologyTestDriver(
            FanOutTopology.of(
                TOPICS,
                () ->
                    new FanOutProcessor((passes, output) -> {
                      FanOutSql sql = new FanOutSql(FIXTURE.sql(), clock);
                      return new Feeder(
                          new Lives(sql, clock, passes, output),
                          new Feeding(
                              sql,
                              backlog,
                              new WorkAhead(Duration.ofSeconds(10)),
                              sender -> senderControl,
                              500,
                              clock,
                              passes,
                              output),
                          new Health(),
                          clock);
                    })),
            settings);
    commands =
        driver.createInputTopic(
            TOPICS.campaignCommands(), new StringSerializer(), new StringSerializer());
    requests = output(TOPICS.sendRequests());
    results = output(TOPICS.sendResults());
    controls = output(TOPICS.controls());
    deadLetters = output(TOPICS.deadLetters());
    FIXTURE.sender(sender, 80, 2);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void aStartBecomesOneRequestARecipientDealtToTheLanesByTurn() {
    UUID campaign = FIXTURE.campaign(sender, 500);
    command("start", campaign);
    turns(10);

    List<TestRecord<String, byte[]>> written = requests.readRecordsToList();
    assertThat(written).hasSize(500);
    assertThat(written).extracting(TestRecord::key).containsOnly(sender + "/0", sender + "/1");
    assertThat(written.stream().filter(record -> record.key().endsWith("/0"))).hasSize(250);
    assertThat(written.stream().map(record -> read(record).recipientId())).doesNotHaveDuplicates();
    SendRequest first = read(written.getFirst());
    assertThat(first.permitsPerSecond()).isEqualTo(40);
    assertThat(first.message().path("text").path("body").asString()).isEqualTo("Olá Ana");
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void aRepeatedStartStartsOnce() {
    UUID campaign = FIXTURE.campaign(sender, 50);
    command("start", campaign);
    command("start", campaign);
    turns(3);
    command("start", campaign);
    turns(3);

    assertThat(requests.readRecordsToList()).hasSize(50);
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void noMoreThanTenSecondsOfWorkIsQueued() {
    UUID campaign = FIXTURE.campaign(sender, 3_000);
    command("start", campaign);
    turns(40);

    // 80 messages/s: what was fed counts, and the workers took nothing.
    assertThat(requests.readRecordsToList()).hasSizeBetween(400, 800);
  }

  @Test
  void aFullQueueTakesNothing() {
    waiting.set(1_000);
    command("start", FIXTURE.campaign(sender, 100));
    turns(5);
    assertThat(requests.isEmpty()).isTrue();

    waiting.set(0);
    turns(5);
    assertThat(requests.readRecordsToList()).hasSize(100);
  }

  @Test
  void anUnknownCampaignGoesToTheDeadLettersWithItsReason() {
    UUID nobody = UUID.randomUUID();
    command("start", nobody);
    turns(2);

    TestRecord<String, byte[]> letter = deadLetters.readRecord();
    assertThat(letter.key()).isEqualTo(nobody.toString());
    assertThat(new String(letter.value(), StandardCharsets.UTF_8)).contains("start");
    assertThat(header(letter, "reason")).isEqualTo("unknown campaign " + nobody);
    assertThat(header(letter, "topic")).isEqualTo(TOPICS.campaignCommands());
  }

  @Test
  void whatCannotBeReadGoesToTheDeadLettersAndThePipelineGoesOn() {
    UUID campaign = FIXTURE.campaign(sender, 5);
    commands.pipeInput(campaign.toString(), "not json");
    commands.pipeInput(campaign.toString(), "");
    commands.pipeInput("another key", json("start", campaign));
    command("start", campaign);
    turns(2);

    assertThat(deadLetters.readRecordsToList()).hasSize(3);
    assertThat(requests.readRecordsToList()).hasSize(5);
  }

  @Test
  void aCampaignWithoutRecipientsIsCompleteAtOnce() {
    UUID campaign = FIXTURE.campaign(sender, 0);
    command("start", campaign);
    turns(2);

    assertThat(row(campaign)).isEqualTo(CampaignStatus.COMPLETED);
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void suppressedNumbersAreSkippedWithAResult() {
    UUID campaign = FIXTURE.campaign(sender, 3);
    FIXTURE.suppress(campaign, "+5511960000002");
    command("start", campaign);
    turns(2);

    assertThat(requests.readRecordsToList()).hasSize(2);
    SendResult skipped = Json.read(results.readValue(), SendResult.class);
    assertThat(skipped.status()).isEqualTo(RecipientStatus.SUPPRESSED);
    assertThat(skipped.campaignId()).isEqualTo(campaign);
  }

  @Test
  void aMissingVariableFailsThatRecipientAlone() {
    UUID campaign = FIXTURE.campaign(sender, 1);
    FIXTURE.setVariables(campaign, "+5511960000001", "{}");
    command("start", campaign);
    turns(2);

    SendResult failed = Json.read(results.readValue(), SendResult.class);
    assertThat(failed.status()).isEqualTo(RecipientStatus.FAILED);
    assertThat(failed.errorCode()).isEqualTo("missing_variable");
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void variablesThatAreNoPlainValuesCountAsMissing() {
    UUID campaign = FIXTURE.campaign(sender, 2);
    FIXTURE.setVariables(campaign, "+5511960000001", "{\"name\":{\"first\":\"Ana\"}}");
    FIXTURE.setVariables(campaign, "+5511960000002", "{\"name\":17}");
    command("start", campaign);
    turns(2);

    assertThat(Json.read(results.readValue(), SendResult.class).errorCode())
        .isEqualTo("missing_variable");
    assertThat(read(requests.readRecord()).message().toString()).contains("Olá 17");
  }

  @Test
  void aPausedCampaignIsFedNothingUntilItResumesWhereItWas() {
    UUID campaign = FIXTURE.campaign(sender, 300);
    command("start", campaign);
    turns(1);
    int before = requests.readRecordsToList().size();
    command("pause", campaign);
    turns(5);

    assertThat(before).isBetween(1, 299);
    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(Json.read(controls.readValue(), Control.class).state())
        .isEqualTo(Control.State.PAUSED);

    command("resume", campaign);
    turns(5);
    assertThat(requests.readRecordsToList()).hasSize(300 - before);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
  }

  @Test
  void aCampaignStartsBesideAPausedOneWhoseRequestsFillTheQueue() {
    UUID paused = FIXTURE.campaign(sender, 500);
    command("start", paused);
    turns(10);
    command("pause", paused);
    turns(1);
    waiting.set(400);
    requests.readRecordsToList();
    UUID campaign = FIXTURE.campaign(sender, 100);
    command("start", campaign);
    turns(10);

    assertThat(requests.readRecordsToList()).hasSize(100);
  }

  @Test
  void aCancelledCampaignIsFedNothingEver() {
    UUID campaign = FIXTURE.campaign(sender, 300);
    command("start", campaign);
    turns(1);
    requests.readRecordsToList();
    command("cancel", campaign);
    turns(2);
    command("resume", campaign);
    command("start", campaign);
    turns(3);

    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(deadLetters.readRecordsToList()).hasSize(1);
  }

  @Test
  void controlsThatNobodyCanReadGoToTheDeadLetters() {
    TestInputTopic<String, String> written =
        driver.createInputTopic(TOPICS.controls(), new StringSerializer(), new StringSerializer());
    written.pipeInput("sender/brazil", "{\"state\":\"BLOCKED\",\"reason\":\"190\"}");
    written.pipeInput("sender/brazil", (String) null);
    written.pipeInput("sender/brazil", "{\"state\":\"EXPLODED\"}");
    written.pipeInput("somebody", "{\"state\":\"PAUSED\"}");

    List<TestRecord<String, byte[]>> letters = deadLetters.readRecordsToList();
    assertThat(letters).hasSize(2);
    assertThat(header(letters.get(0), "topic")).isEqualTo(TOPICS.controls());
    assertThat(header(letters.get(1), "reason")).contains("neither a campaign nor a sender");
  }

  @Test
  void campaignsOfASenderShareItsRateByTheirPriorities() {
    UUID one = FIXTURE.campaign(sender, 1_000);
    UUID three = FIXTURE.campaign(sender, 1_000);
    set(three, CAMPAIGN.PRIORITY, 3);
    command("start", one);
    command("start", three);
    turns(10);

    Map<UUID, Long> fed =
        requests.readRecordsToList().stream()
            .map(FanOutTopologyTest::read)
            .collect(Collectors.groupingBy(SendRequest::campaignId, Collectors.counting()));
    // Not quite: a page of the larger share ends at 500.
    assertThat(fed.get(three)).isCloseTo(3 * fed.get(one), Percentage.withPercentage(10));
  }

  @Test
  void aDraftCanBeCancelled() {
    UUID campaign = FIXTURE.campaign(sender, 10);
    command("cancel", campaign);
    turns(2);
    command("start", campaign);
    turns(2);

    assertThat(row(campaign)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void cancellingAnUnknownCampaignGoesToTheDeadLetters() {
    command("cancel", UUID.randomUUID());
    turns(2);

    assertThat(deadLetters.readRecordsToList()).hasSize(1);
  }

  @Test
  void aStartBeforeItsTimeSchedulesTheCampaign() {
    UUID campaign = FIXTURE.campaign(sender, 10);
    Instant at = now.plus(Duration.ofMinutes(10));
    set(campaign, CAMPAIGN.SCHEDULED_AT, at);
    command("start", campaign);
    turns(3);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SCHEDULED);
    assertThat(requests.isEmpty()).isTrue();

    now = at.minusMillis(200);
    turns(2);
    assertThat(requests.isEmpty()).isTrue();
    turns(4);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    assertThat(requests.readRecordsToList()).hasSize(10);
  }

  @Test
  void whatIsScheduledInTheTableAloneStartsAtItsTimeToo() {
    UUID campaign = FIXTURE.campaign(sender, 10);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(20));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    turns(3);
    assertThat(requests.isEmpty()).isTrue();

    now = now.plusSeconds(20);
    turns(3);
    assertThat(requests.readRecordsToList()).hasSize(10);
  }

  @Test
  void aCancelledScheduleNeverStarts() {
    UUID campaign = FIXTURE.campaign(sender, 10);
    set(campaign, CAMPAIGN.SCHEDULED_AT, now.plusSeconds(20));
    set(campaign, CAMPAIGN.STATUS, CampaignStatus.SCHEDULED);
    command("cancel", campaign);
    turns(2);
    now = now.plusSeconds(30);
    turns(3);

    assertThat(row(campaign)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void outsideItsWindowACampaignIsPausedAndGoesOnByItself() {
    now = Instant.parse("2027-03-10T12:00:00Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 500);
    command("start", campaign);
    turns(1);
    int before = requests.readRecordsToList().size();
    // 20:00 there.
    now = Instant.parse("2027-03-10T23:00:00Z");
    turns(3);

    assertThat(before).isPositive();
    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);
    Control quiet = Json.read(controls.readValue(), Control.class);
    assertThat(quiet.state()).isEqualTo(Control.State.PAUSED);
    assertThat(quiet.reason()).contains("09:00-20:00 America/Sao_Paulo");

    now = Instant.parse("2027-03-11T12:00:00Z");
    turns(10);
    assertThat(Json.read(controls.readValue(), Control.class).state())
        .isEqualTo(Control.State.RUNNING);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    assertThat(requests.readRecordsToList()).hasSize(500 - before);
  }

  /** What is queued must not leave after hours either. */
  @Test
  void theWindowClosesForWhatIsQueuedAsWell() {
    now = Instant.parse("2027-03-10T22:59:55Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 5);
    command("start", campaign);
    turns(3);
    assertThat(requests.readRecordsToList()).hasSize(5);
    now = Instant.parse("2027-03-10T23:00:00Z");
    turns(2);

    assertThat(Json.read(controls.readValue(), Control.class).state())
        .isEqualTo(Control.State.PAUSED);
  }

  @Test
  void aCampaignThatPeoplePausedStaysPausedWhenItsWindowOpens() {
    now = Instant.parse("2027-03-10T23:30:00Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 10);
    command("start", campaign);
    turns(2);
    command("pause", campaign);
    turns(2);
    now = Instant.parse("2027-03-11T12:30:00Z");
    turns(3);
    assertThat(requests.isEmpty()).isTrue();
    assertThat(row(campaign)).isEqualTo(CampaignStatus.PAUSED);

    command("resume", campaign);
    turns(3);
    assertThat(requests.readRecordsToList()).hasSize(10);
  }

  @Test
  void aResumeOutsideTheWindowWaitsForIt() {
    now = Instant.parse("2027-03-10T23:30:00Z");
    UUID campaign = windowed("09:00", "20:00", "America/Sao_Paulo", 10);
    command("start", campaign);
    command("pause", campaign);
    turns(2);
    controls.readRecordsToList();
    command("resume", campaign);
    turns(3);

    Control still = Json.read(controls.readValue(), Control.class);
    assertThat(still.state()).isEqualTo(Control.State.PAUSED);
    assertThat(requests.isEmpty()).isTrue();
  }

  @Test
  void noMoreDifferentPeopleThanTheDailyLimitAreWrittenToInADay() {
    limit(30);
    UUID first = FIXTURE.campaign(sender, 20);
    UUID second = FIXTURE.campaign(sender, 50);
    command("start", first);
    turns(5);
    command("start", second);
    turns(10);

    // The second campaign's first twenty are the first one's: they are not different people.
    assertThat(requests.readRecordsToList()).hasSize(20 + 30);

    now = now.plus(Duration.ofHours(24)).plusSeconds(1);
    turns(10);
    assertThat(requests.readRecordsToList()).hasSize(20);
  }

  @Test
  void whatARecipientsVariablesMakeOfTheMessageMustKeepTheProvidersRules() {
    UUID campaign = FIXTURE.campaign(sender, 2);
    FIXTURE.setVariables(campaign, "+5511960000001", "{\"name\":\"" + "x".repeat(5_000) + "\"}");
    command("start", campaign);
    turns(2);

    SendResult failed = Json.read(results.readValue(), SendResult.class);
    assertThat(failed.status()).isEqualTo(RecipientStatus.FAILED);
    assertThat(failed.errorCode()).isEqualTo("invalid_message");
    assertThat(failed.errorDetail()).contains("at most 4096");
    assertThat(requests.readRecordsToList()).hasSize(1);
  }

  private UUID windowed(String start, String end, String zone, int recipients) {
    UUID campaign = FIXTURE.campaign(sender, recipients);
    FIXTURE
        .sql()
        .update(CAMPAIGN)
        .set(CAMPAIGN.WINDOW_START, LocalTime.parse(start))
        .set(CAMPAIGN.WINDOW_END, LocalTime.parse(end))
        .set(CAMPAIGN.TIME_ZONE, zone)
        .where(CAMPAIGN.ID.eq(campaign))
        .execute();
    return campaign;
  }

  private void limit(int people) {
    FIXTURE
        .sql()
        .update(SENDER)
        .set(SENDER.DAILY_LIMIT, people)
        .where(SENDER.ID.eq(sender))
        .execute();
  }

  private static <T> void set(UUID campaign, Field<T> field, T value) {
    FIXTURE.sql().update(CAMPAIGN).set(field, value).where(CAMPAIGN.ID.eq(campaign)).execute();
  }

  private void turns(int turns) {
    for (int i = 0; i < turns; i++) {
      now = now.plusMillis(50);
      driver.advanceWallClockTime(Duration.ofMillis(50));
    }
  }

  private void command(String command, UUID campaign) {
    commands.pipeInput(campaign.toString(), json(command, campaign));
  }

  private static String json(String command, UUID campaign) {
    return "{\"command\":\"" + command + "\",\"campaignId\":\"" + campaign + "\"}";
  }

  private static SendRequest read(TestRecord<String, byte[]> record) {
    return Json.read(record.value(), SendRequest.class);
  }

  private static String header(TestRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static CampaignStatus row(UUID campaign) {
    return FIXTURE
        .sql()
        .select(CAMPAIGN.STATUS)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaign))
        .fetchSingle(CAMPAIGN.STATUS);
  }

  private TestOutputTopic<String, byte[]> output(String topic) {
    return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
  }
}
