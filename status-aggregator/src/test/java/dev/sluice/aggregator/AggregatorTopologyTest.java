package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Database;
import dev.sluice.schema.DatabaseConfig;
import dev.sluice.schema.Health;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AggregatorTopologyTest {
  private static final Fixture FIXTURE = new Fixture();
  private static final Topics TOPICS = new Topics("t.");

  private final Health health = new Health();
  private TopologyTestDriver driver = start(new StatusStatement(FIXTURE.sql()));

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
        .allSatisfy(letter -> assertThat(header(letter, "reason")).isNotEmpty());
    assertThat(FIXTURE.campaignStatus(campaign)).isEqualTo("COMPLETED");
  }

  @Test
  void resultsOfAnUnknownCampaignGoToTheDeadLetters() {
    UUID nobody = UUID.randomUUID();
    send(nobody, List.of(1L), RecipientStatus.SENT);

    assertThat(header(deadLetters().readRecord(), "reason")).contains("unknown campaign");
  }

  /** The store is all that survives a crash; what is in it is written by the next process. */
  @Test
  void whatWasNotWrittenBeforeACrashIsWrittenAfterIt() {
    UUID campaign = FIXTURE.campaign(20);
    List<SendResult> left =
        FIXTURE.recipients(campaign).subList(0, 5).stream()
            .map(id -> Fixture.result(campaign, id, 1, RecipientStatus.SENT))
            .toList();
    driver.close();
    driver = start(new StatusStatement(FIXTURE.sql()));
    var store = driver.<String, SendResult>getKeyValueStore(AggregatorTopology.STORE);
    left.forEach(result -> store.put(campaign + ":" + result.recipientId(), result));
    // A new task reads its store when it starts; the driver's has started, so it is told again.
    left.forEach(result -> pipe(campaign.toString(), Json.write(result)));
    driver.advanceWallClockTime(Duration.ofSeconds(11));

    assertThat(FIXTURE.rows(campaign)).containsEntry(RecipientStatus.SENT, 5);
    try (var all = store.all()) {
      assertThat(all.hasNext()).as("what is written leaves the store").isFalse();
    }
  }

  @Test
  void resultsWaitInTheStoreWhileTheDatabaseIsAway() {
    driver.close();
    DatabaseConfig nowhere =
        new DatabaseConfig("jdbc:postgresql://localhost:1/sluice", "sluice_app", null);
    try (Database away = new Database(nowhere, 1, "away", new SimpleMeterRegistry())) {
      driver = start(new StatusStatement(away.sql()));
      UUID campaign = FIXTURE.campaign(1);
      send(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);
      driver.advanceWallClockTime(Duration.ofSeconds(11));

      assertThat(health.problems()).containsKey("batches");
      assertThat(driver.getKeyValueStore(AggregatorTopology.STORE).approximateNumEntries()).isOne();
    }
  }

  private TopologyTestDriver start(StatusStatement statement) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    StatusAggregatorConfig config =
        StatusAggregatorConfig.of(FIXTURE.sandbox().kafka(), FIXTURE.sandbox().database());
    return new TopologyTestDriver(
        AggregatorTopology.of(
            TOPICS, () -> new BatchProcessor(config, statement, health, () -> false)),
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
}
