package dev.sluice.demo;

import static dev.sluice.demo.PipelineFixture.PATIENCE;
import static dev.sluice.demo.PipelineFixture.friendly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.Refusal;
import dev.sluice.local.WhatsAppSimulator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Tests the provider's responses through all services, up to the rows. The services start once, and
 * each test has a sender and people of its own.
 */
class ProviderTroubleIT {
  private static TroubledPipeline trouble;
  private static PipelineFixture pipeline;
  private static DSLContext sql;
  private static WhatsAppSimulator simulator;

  private final TroubledSender sender = trouble.newSender();

  @BeforeAll
  static void start() throws IOException {
    trouble = new TroubledPipeline();
    pipeline = trouble.pipeline();
    sql = pipeline.sql();
    simulator = trouble.start(friendly());
  }

  @AfterAll
  static void stop() {
    trouble.close();
  }

  @AfterEach
  void calm() {
    simulator.setRefusals(List.of());
    simulator.setAccessToken(null);
    simulator.setHeldForQuality(false);
  }

  @Test
  void everyCodeThatIsAboutARecipientFailsThatRecipientAlone() throws Exception {
    List<Integer> codes =
        List.of(131026, 131021, 131030, 131049, 131050, 130472, 130403, 130497, 137000, 131052);
    simulator.setRefusals(sender.refusals(codes));
    UUID campaign = sender.campaign(codes.size() + 5);
    pipeline.command(campaign, "start");

    trouble.awaitCompletion(campaign);

    Map<String, Record> rows = pipeline.recipients(campaign);
    for (int i = 0; i < codes.size(); i++) {
      Record row = rows.get(sender.phone(i + 1));
      assertThat(row.get("status")).as("%d", codes.get(i)).isEqualTo("FAILED");
      assertThat(row.get("error_code")).isEqualTo(Integer.toString(codes.get(i)));
    }
    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(5);
    assertThat(sql.fetch("SELECT phone FROM sluice.suppression ORDER BY phone").map(r -> r.get(0)))
        .containsExactly(
            sender.phone(1 + codes.indexOf(131050)), sender.phone(1 + codes.indexOf(130403)));
  }

  /** Whom the provider refused has had no message, so the next campaign reaches them. */
  @Test
  void whoHasHadAsManyMessagesAsTheCapAllowsIsSkippedByTheNextCampaign() throws Exception {
    sql.execute(
        "UPDATE sluice.sender SET cap_messages = 1, cap_days = 7 WHERE id = ?", sender.id());
    simulator.setRefusals(sender.refusals(List.of(131026, 131049)));
    UUID first = sender.campaign(5);
    pipeline.command(first, "start");
    trouble.awaitCompletion(first);
    simulator.setRefusals(List.of());
    UUID second = sender.campaign(6);
    pipeline.command(second, "start");
    trouble.awaitCompletion(second);

    Record row = pipeline.campaign(second);
    assertThat(row.get("sent", Long.class)).isEqualTo(3);
    assertThat(row.get("suppressed", Long.class)).isEqualTo(3);
    assertThat(pipeline.recipients(second).get(sender.phone(5)).get("error_code"))
        .isEqualTo("capped");
    JsonNode reasons = pipeline.json("/api/campaigns/" + second + "/errors");
    assertThat(reasons.path(0).path("code").asString()).isEqualTo("capped");
    assertThat(reasons.path(0).path("count").asInt()).isEqualTo(3);
  }

  @Test
  void aRevokedTokenBlocksTheSenderAndNobodyFails() throws Exception {
    UUID campaign = sender.campaign(600);
    pipeline.command(campaign, "start");
    await().atMost(PATIENCE).until(() -> simulator.accepted().count(sender.address()) >= 100);
    simulator.setAccessToken("another");

    long revokedNanos = System.nanoTime();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> pipeline.json("/api/senders/" + sender.id()).path("blocked").asBoolean());
    System.out.printf(
        "the sender was blocked %d ms after its token was revoked%n",
        (System.nanoTime() - revokedNanos) / 1_000_000);
    assertThat(pipeline.json("/api/senders/" + sender.id()).path("blockReason").asString())
        .contains("190");
    assertThat(pipeline.json("/api/campaigns/" + campaign).path("statusReason").asString())
        .contains("blocked");

    simulator.setAccessToken(null);
    assertThat(pipeline.post("/api/senders/" + sender.id() + "/unblock", "")).isEqualTo(202);
    trouble.awaitCompletion(campaign);

    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(600);
    assertThat(simulator.report().duplicates()).isZero();
    assertThat(pipeline.json("/api/senders/" + sender.id()).path("blocked").asBoolean()).isFalse();
  }

  @Test
  void aProviderThatIsDownHoldsTheSenderAndItGoesOnByItself() throws Exception {
    UUID campaign = sender.campaign(600);
    pipeline.command(campaign, "start");
    await().atMost(PATIENCE).until(() -> simulator.accepted().count(sender.address()) >= 100);
    simulator.setRefusals(List.of(Refusal.parse(".*=2/503")));
    await()
        .atMost(PATIENCE)
        .until(() -> pipeline.json("/api/senders/" + sender.id()).path("blocked").asBoolean());
    long errors = simulator.report().errors();
    // It is blocked again and again, each time after a few more messages were tried.
    await().atMost(PATIENCE).until(() -> simulator.report().errors() > errors);
    simulator.setRefusals(List.of());
    trouble.awaitCompletion(campaign);

    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(600);
    assertThat(simulator.report().duplicates()).isZero();
  }

  @Test
  void aPausedTemplateStopsItsCampaignAloneWithTheReason() throws Exception {
    simulator.setRefusals(List.of(Refusal.parse(".*=132015")));
    UUID campaign = sender.campaign(50);
    pipeline.command(campaign, "start");
    await()
        .atMost(PATIENCE)
        .until(() -> pipeline.campaign(campaign).get("status").equals("PAUSED"));
    // The row is written a moment before the reason arrives through Kafka.
    await()
        .atMost(PATIENCE)
        .until(() ->
            pipeline
                .json("/api/campaigns/" + campaign)
                .path("statusReason")
                .asString("")
                .contains("132015"));
    assertThat(pipeline.json("/api/senders/" + sender.id()).path("blocked").asBoolean()).isFalse();

    simulator.setRefusals(List.of());
    pipeline.command(campaign, "resume");
    trouble.awaitCompletion(campaign);

    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(50);
  }

  @Test
  void messagesThatAreHeldForQualityCountAsSentAndSaySo() throws Exception {
    simulator.setHeldForQuality(true);
    UUID campaign =
        sender.campaign(
            3,
            "{\"type\":\"template\",\"template\":{\"name\":\"spring\",\"language\":{\"code\":\"de\"}}}");
    pipeline.command(campaign, "start");
    trouble.awaitCompletion(campaign);

    assertThat(pipeline.recipients(campaign).values())
        .allSatisfy(row -> {
          assertThat(row.get("status")).isEqualTo("SENT");
          assertThat(row.get("error_detail")).isEqualTo("held_for_quality_assessment");
        });
  }

  /** Another sender uses another provider beside WhatsApp: the simulator, described by a file. */
  @Test
  void aSenderMaySendByAnotherProvider() throws Exception {
    UUID campaign = trouble.campaignOfAnotherProvider(20);
    pipeline.command(campaign, "start");
    trouble.awaitCompletion(campaign);

    assertThat(simulator.accepted().count("777")).isEqualTo(20);
    assertThat(pipeline.recipients(campaign).values())
        .allSatisfy(row -> {
          assertThat(row.get("status")).isEqualTo("SENT");
          assertThat(row.get("provider_message_id", String.class)).startsWith("wamid.");
        });
  }

  @Test
  void aSenderWhoseProviderNobodyKnowsWaitsAndNobodyFails() throws Exception {
    sql.execute("UPDATE sluice.sender SET provider = 'pigeon' WHERE id = ?", sender.id());
    // More than fit in a lane, so that some go back to the producer.
    UUID campaign = sender.campaign(400);
    pipeline.command(campaign, "start");

    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(pipeline.health().problems().get("provider of " + sender.id()))
                .contains("knows no provider \"pigeon\""));
    assertThat(pipeline.recipients(campaign).values())
        .allSatisfy(row -> assertThat(row.get("status")).isEqualTo("PENDING"));
  }

  @Test
  void theFailedAreSentToOnceMoreInANewRound() throws Exception {
    simulator.setRefusals(sender.refusals(List.of(131026, 131049)));
    UUID campaign = sender.campaign(20);
    pipeline.command(campaign, "start");
    trouble.awaitCompletion(campaign);
    assertThat(pipeline.campaign(campaign).get("failed", Long.class)).isEqualTo(2);

    simulator.setRefusals(List.of());
    pipeline.command(campaign, "resend");
    await()
        .atMost(PATIENCE)
        .until(() ->
            pipeline.campaign(campaign).get("sent", Long.class) == 20
                && pipeline.isCompleted(campaign));

    assertThat(pipeline.campaign(campaign).get("round", Integer.class)).isEqualTo(2);
    assertThat(pipeline.campaign(campaign).get("failed", Long.class)).isZero();
    assertThat(simulator.accepted().count(sender.address())).isEqualTo(20);
  }
}
