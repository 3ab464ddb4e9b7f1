package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FanOutTopologyTest {
  private Control senderControl = new Control(Control.State.RUNNING, null);

  private static final Fixture FIXTURE = new Fixture();
  private static final Topics TOPICS = new Topics("t.");

  private final AtomicLong waiting = new AtomicLong();
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
    CampaignRows rows = new CampaignRows(FIXTURE.sql());
    RecipientPages pages = new RecipientPages(FIXTURE.sql());
    // No reading is ever new enough to contain what was fed: all of it counts.
    long before = System.nanoTime();
    Backlog backlog = () -> new Backlog.Reading(before, Map.of(0, waiting.get()));
    driver =
        new TopologyTestDriver(
            FanOutTopology.of(
                TOPICS,
                () ->
                    new FanOutProcessor((passes, output) ->
                        new Feeder(
                            rows,
                            pages,
                            new Resends(FIXTURE.sql()),
                            backlog,
                            new WorkAhead(Duration.ofSeconds(10)),
                            sender -> senderControl,
                            500,
                            new Health(),
                            InstantSource.system(),
                            passes,
                            output))),
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

  private void turns(int turns) {
    for (int i = 0; i < turns; i++) {
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
