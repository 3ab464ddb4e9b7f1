package dev.sluice.demo;

import static dev.sluice.demo.PipelineFixture.PATIENCE;
import static dev.sluice.demo.PipelineFixture.friendly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.console.WebhookConfig;
import dev.sluice.console.WebhookOutConfig;
import dev.sluice.local.CollectedSpans;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.Refusal;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.http.HttpProviderConfig;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.Json;
import dev.sluice.schema.Topics;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.admin.Admin;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Tests the provider's responses through all services, up to the rows. */
class ProviderTroubleIT {
  private final PipelineFixture pipeline = new PipelineFixture(2);
  private final DSLContext sql = pipeline.sql();
  private final CollectedSpans spans = new CollectedSpans();
  private final Traces traces = Traces.exporting(spans, "sluice", 1);
  private final PostedEvents posted = new PostedEvents();

  @BeforeEach
  void sender() {
    sql.execute(
        "INSERT INTO sluice.sender (id, address, rate_per_second, daily_limit)"
            + " VALUES ('s', '1065403', 200, NULL), ('limited', '1065404', 80, 250)");
  }

  @AfterEach
  void stop() {
    pipeline.close();
    traces.close();
    posted.close();
  }

  @Test
  void everyCodeThatIsAboutARecipientFailsThatRecipientAlone() throws Exception {
    List<Integer> codes =
        List.of(131026, 131021, 131030, 131049, 131050, 130472, 130403, 130497, 137000, 131052);
    WhatsAppSimulator simulator = start(friendly());
    simulator.setRefusals(refusals(codes));
    UUID campaign = campaign(codes.size() + 5);
    awaitWebhooksOut();
    pipeline.command(campaign, "start");

    awaitCompletion(campaign);

    Map<String, Record> rows = pipeline.recipients(campaign);
    for (int i = 0; i < codes.size(); i++) {
      Record row = rows.get(phone(i + 1));
      assertThat(row.get("status")).as("%d", codes.get(i)).isEqualTo("FAILED");
      assertThat(row.get("error_code")).isEqualTo(Integer.toString(codes.get(i)));
    }
    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(5);
    assertThat(sql.fetch("SELECT phone FROM sluice.suppression ORDER BY phone").map(r -> r.get(0)))
        .containsExactly(phone(1 + codes.indexOf(131050)), phone(1 + codes.indexOf(130403)));
    aRecipientsWayIsOneTrace(recipient(campaign, phone(1)), "FAILED", 400);
    aRecipientsWayIsOneTrace(recipient(campaign, phone(codes.size() + 1)), "SENT", 200);
    recordsOfATracedCampaignSayItsTrace();
    itsEndIsPostedToAnotherProgram(campaign, codes.size());
    metricsAreThoseThatPeopleRelyOn(campaign);
  }

  private void recordsOfATracedCampaignSayItsTrace() throws Exception {
    Topics names = pipeline.kafka().topics();
    for (ReadTopics topics : ReadTopics.byEachClient(pipeline.kafka())) {
      topics.requireReadable("");
      for (String topic :
          List.of(names.sendRequests(), names.sendResults(), names.campaignEvents())) {
        assertThat(topics.of(topic)).as(topic).isNotEmpty();
        assertThat(topics.without("traceparent", topic)).as(topic).isEmpty();
      }
    }
  }

  /** They begin with what happens once the console has its place in the topic. */
  private void awaitWebhooksOut() throws Exception {
    String group = pipeline.kafka().topics().webhookOutGroup();
    try (Admin admin = Admin.create(pipeline.kafka().client(Map.of()))) {
      await()
          .atMost(PATIENCE)
          .until(() ->
              !admin
                  .listConsumerGroupOffsets(group)
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .isEmpty());
    }
  }

  private void itsEndIsPostedToAnotherProgram(UUID campaign, int failed) {
    JsonNode event =
        await()
            .atMost(PATIENCE)
            .until(() -> posted.of(campaign), Optional::isPresent)
            .orElseThrow();

    assertThat(event.path("type").asString()).isEqualTo("campaign.completed");
    assertThat(event.at("/data/counts/failed").asInt()).isEqualTo(failed);
  }

  private long recipient(UUID campaign, String phone) {
    return sql.fetchSingle(
            "SELECT id FROM sluice.campaign_recipient WHERE campaign_id = ? AND phone = ?",
            campaign,
            phone)
        .get("id", Long.class);
  }

  private void aRecipientsWayIsOneTrace(long recipient, String status, long httpStatus) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(spans.pathTo("write status", recipient))
                .extracting(SpanData::getName)
                .containsExactly("start campaign", "fan out", "queue", "send", "write status"));
    List<SpanData> path = spans.pathTo("write status", recipient);
    assertThat(path).extracting(SpanData::getTraceId).containsOnly(path.getFirst().getTraceId());
    List<SpanData> called = spans.pathTo("POST", recipient);
    assertThat(called.subList(0, 4)).isEqualTo(path.subList(0, 4));
    assertThat(called)
        .last()
        .extracting(
            span -> span.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
        .isEqualTo(httpStatus);
    assertThat(path.getLast().getAttributes().get(AttributeKey.stringKey("sluice.status")))
        .isEqualTo(status);
    assertThat(path)
        .allSatisfy(span ->
            assertThat(span.getStartEpochNanos()).isLessThanOrEqualTo(span.getEndEpochNanos()));
    assertThat(spans.all())
        .as("neither numbers nor messages")
        .flatExtracting(span -> span.getAttributes().asMap().keySet())
        .extracting(String::valueOf)
        .containsOnly(
            "sluice.campaign.id",
            "sluice.recipient.id",
            "sluice.round",
            "sluice.outcome",
            "sluice.status",
            "http.request.method",
            "http.response.status_code");
  }

  /** Checked here, because enough has happened by now. */
  private void metricsAreThoseThatPeopleRelyOn(UUID campaign) throws Exception {
    assertThat(pipeline.post("/webhooks/whatsapp", "unsigned")).isEqualTo(403);

    pipeline.block("limited");

    Map<String, Set<String>> documented = MetricNames.documentedTags();
    // Exists only with a token.
    documented.remove("sluice_console_tokens_wrong_total");
    // A sender's gauges follow its lanes and controls once a second.
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          String scrape = pipeline.text("/metrics");
          Set<String> exposed = MetricNames.exposed(scrape);
          assertThat(MetricNames.tags(scrape)).as("the list in the docs").isEqualTo(documented);
          assertThat(scrape)
              .as("neither campaigns nor people")
              .doesNotContain(campaign.toString(), "+551196");
          assertThat(exposed).as("dashboards and rules").containsAll(MetricNames.asked());
          assertThat(MetricNames.tagged(scrape)).containsAll(MetricNames.askedTags());
          assertThat(exposed)
              .as("of Kafka's clients and Streams")
              .anyMatch(name -> name.startsWith("kafka_consumer_"))
              .anyMatch(name -> name.startsWith("kafka_producer_"))
              .anyMatch(name -> name.startsWith("kafka_stream_"));
        });
    assertThat(MetricNames.runbook()).as("a line an alert").isEqualTo(MetricNames.alerts());
  }

  /** Whom the provider refused has had no message, so the next campaign reaches them. */
  @Test
  void whoHasHadAsManyMessagesAsTheCapAllowsIsSkippedByTheNextCampaign() throws Exception {
    sql.execute("UPDATE sluice.sender SET cap_messages = 1, cap_days = 7 WHERE id = 's'");
    WhatsAppSimulator simulator = start(friendly());
    simulator.setRefusals(refusals(List.of(131026, 131049)));
    UUID first = campaign(5);
    pipeline.command(first, "start");
    awaitCompletion(first);
    simulator.setRefusals(List.of());
    UUID second = campaign(6);
    pipeline.command(second, "start");
    awaitCompletion(second);

    Record row = pipeline.campaign(second);
    assertThat(row.get("sent", Long.class)).isEqualTo(3);
    assertThat(row.get("suppressed", Long.class)).isEqualTo(3);
    assertThat(pipeline.recipients(second).get(phone(5)).get("error_code")).isEqualTo("capped");
    JsonNode reasons = pipeline.json("/api/campaigns/" + second + "/errors");
    assertThat(reasons.path(0).path("code").asString()).isEqualTo("capped");
    assertThat(reasons.path(0).path("count").asInt()).isEqualTo(3);
  }

  @Test
  void aRevokedTokenBlocksTheSenderAndNobodyFails() throws Exception {
    WhatsAppSimulator simulator = start(friendly());
    UUID campaign = campaign(600);
    pipeline.command(campaign, "start");
    await().atMost(PATIENCE).until(() -> simulator.accepted().count() >= 100);
    simulator.setAccessToken("another");

    long revokedNanos = System.nanoTime();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> pipeline.json("/api/senders/s").path("blocked").asBoolean());
    System.out.printf(
        "the sender was blocked %d ms after its token was revoked%n",
        (System.nanoTime() - revokedNanos) / 1_000_000);
    assertThat(pipeline.json("/api/senders/s").path("blockReason").asString()).contains("190");
    assertThat(pipeline.json("/api/campaigns/" + campaign).path("statusReason").asString())
        .contains("blocked");

    simulator.setAccessToken(null);
    assertThat(pipeline.post("/api/senders/s/unblock", "")).isEqualTo(202);
    awaitCompletion(campaign);

    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(600);
    assertThat(simulator.report().duplicates()).isZero();
    assertThat(pipeline.json("/api/senders/s").path("blocked").asBoolean()).isFalse();
  }

  @Test
  void aProviderThatIsDownHoldsTheSenderAndItGoesOnByItself() throws Exception {
    WhatsAppSimulator simulator = start(friendly());
    UUID campaign = campaign(600);
    pipeline.command(campaign, "start");
    await().atMost(PATIENCE).until(() -> simulator.accepted().count() >= 100);
    simulator.setRefusals(List.of(Refusal.parse(".*=2/503")));
    await()
        .atMost(PATIENCE)
        .until(() -> pipeline.json("/api/senders/s").path("blocked").asBoolean());
    long errors = simulator.report().errors();
    // It is blocked again and again, each time after a few more messages were tried.
    await().atMost(PATIENCE).until(() -> simulator.report().errors() > errors);
    simulator.setRefusals(List.of());
    awaitCompletion(campaign);

    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(600);
    assertThat(simulator.report().duplicates()).isZero();
  }

  @Test
  void aPausedTemplateStopsItsCampaignAloneWithTheReason() throws Exception {
    WhatsAppSimulator simulator = start(friendly());
    simulator.setRefusals(List.of(Refusal.parse(".*0000[0-9][0-9]=132015")));
    UUID campaign = campaign(50);
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
    assertThat(pipeline.json("/api/senders/s").path("blocked").asBoolean()).isFalse();

    simulator.setRefusals(List.of());
    pipeline.command(campaign, "resume");
    awaitCompletion(campaign);

    assertThat(pipeline.campaign(campaign).get("sent", Long.class)).isEqualTo(50);
  }

  @Test
  void receiptsSettleWhoWasInDoubtAndCountEverybodyOnce() throws Exception {
    ReceiptConfig receipts =
        new ReceiptConfig(
            pipeline.uri("/webhooks/whatsapp"),
            "app-secret",
            Duration.ofSeconds(1),
            50,
            0.3,
            true,
            0.5,
            0);
    WhatsAppSimulator simulator =
        start(friendly().withTrouble(0, 0.05, Duration.ofMillis(300)).withReceipts(receipts));
    UUID campaign = campaign(400);
    pipeline.command(campaign, "start");

    await()
        .atMost(PATIENCE)
        .until(() -> {
          Record row = pipeline.campaign(campaign);
          return row.get("delivered", Long.class) + row.get("read", Long.class) == 400;
        });

    assertThat(simulator.report().hung()).isPositive();
    assertThat(simulator.report().duplicates()).isZero();
    assertThat(
            sql.fetch(
                    "SELECT status, count(*) FROM sluice.campaign_recipient WHERE campaign_id = ?"
                        + " GROUP BY status",
                    campaign)
                .intoMap(row -> row.get(0, String.class), row -> row.get(1, Long.class)))
        .containsOnlyKeys("DELIVERED", "READ")
        .containsEntry("READ", pipeline.campaign(campaign).get("read", Long.class));
  }

  @Test
  void exactlyThoseWhoseAnswerHangsAreInDoubt() throws Exception {
    WhatsAppSimulator simulator = start(friendly().withTrouble(0, 0.02, Duration.ofMillis(300)));
    UUID campaign = campaign(500);
    pipeline.command(campaign, "start");
    awaitCompletion(campaign);

    assertThat(simulator.report().hung()).isPositive();
    assertThat(pipeline.campaign(campaign).get("unconfirmed", Long.class))
        .isEqualTo(simulator.report().hung());
    assertThat(pipeline.campaign(campaign).get("sent", Long.class))
        .isEqualTo(500 - simulator.report().hung());
    assertThat(simulator.report().duplicates()).isZero();
  }

  @Test
  void messagesThatAreHeldForQualityCountAsSentAndSaySo() throws Exception {
    WhatsAppSimulator simulator = start(friendly());
    simulator.setHeldForQuality(true);
    UUID campaign =
        campaign(
            3,
            "{\"type\":\"template\",\"template\":{\"name\":\"spring\",\"language\":{\"code\":\"de\"}}}");
    pipeline.command(campaign, "start");
    awaitCompletion(campaign);

    assertThat(pipeline.recipients(campaign).values())
        .allSatisfy(row -> {
          assertThat(row.get("status")).isEqualTo("SENT");
          assertThat(row.get("error_detail")).isEqualTo("held_for_quality_assessment");
        });
  }

  /** Another sender uses another provider beside WhatsApp: the simulator, described by a file. */
  @Test
  void aSenderMaySendByAnotherProvider() throws Exception {
    WhatsAppSimulator simulator = start(friendly());
    UUID campaign = campaignOfAnotherProvider(20);
    pipeline.command(campaign, "start");
    awaitCompletion(campaign);

    assertThat(simulator.accepted().count("777")).isEqualTo(20);
    assertThat(pipeline.recipients(campaign).values())
        .allSatisfy(row -> {
          assertThat(row.get("status")).isEqualTo("SENT");
          assertThat(row.get("provider_message_id", String.class)).startsWith("wamid.");
        });
  }

  /** So that the provider's own spans belong to it. */
  @Test
  void theProviderGetsTheTraceOfEachCall() throws Exception {
    Queue<String> traceparents = new ConcurrentLinkedQueue<>();
    HttpServer provider =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext(
        "/v1.0/777/messages",
        exchange -> {
          traceparents.addAll(
              exchange.getRequestHeaders().getOrDefault("traceparent", List.of("none")));
          byte[] answer = "{\"messages\":[{\"id\":\"1\"}]}".getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    provider.start();
    try {
      start(pipeline.simulator(friendly()), "http://localhost:" + provider.getAddress().getPort());
      UUID campaign = campaignOfAnotherProvider(3);
      pipeline.command(campaign, "start");
      awaitCompletion(campaign);
    } finally {
      provider.stop(0);
    }

    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(spans.all())
                .filteredOn(span -> span.getName().equals("POST"))
                .extracting(span -> "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01")
                .hasSize(3)
                .containsExactlyInAnyOrderElementsOf(traceparents));
  }

  @Test
  void aSenderWhoseProviderNobodyKnowsWaitsAndNobodyFails() throws Exception {
    start(friendly());
    sql.execute("UPDATE sluice.sender SET provider = 'pigeon' WHERE id = 's'");
    // More than fit in a lane, so that some go back to the producer.
    UUID campaign = campaign(400);
    pipeline.command(campaign, "start");

    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(pipeline.health().problems().get("provider of s"))
                .contains("knows no provider \"pigeon\""));
    assertThat(pipeline.recipients(campaign).values())
        .allSatisfy(row -> assertThat(row.get("status")).isEqualTo("PENDING"));
  }

  @Test
  void theFailedAreSentToOnceMoreInANewRound() throws Exception {
    WhatsAppSimulator simulator = start(friendly());
    simulator.setRefusals(refusals(List.of(131026, 131049)));
    UUID campaign = campaign(20);
    pipeline.command(campaign, "start");
    awaitCompletion(campaign);
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
    assertThat(simulator.accepted().count()).isEqualTo(20);
  }

  private static List<Refusal> refusals(List<Integer> codes) {
    return codes.stream()
        .map(code -> Refusal.parse("\\" + phone(codes.indexOf(code) + 1) + "=" + code))
        .toList();
  }

  private WhatsAppSimulator start(SimulatorConfig config) throws IOException {
    WhatsAppSimulator simulator = pipeline.simulator(config);
    start(simulator, simulator.url());
    return simulator;
  }

  private void start(WhatsAppSimulator simulator, String another) throws IOException {
    HttpProviderConfig generic = generic(another);
    pipeline.start(
        simulator,
        settings ->
            settings
                .withOthers(generic)
                .withWebhooks(
                    new WebhookConfig(Optional.of("app-secret"), Optional.empty(), List.of()))
                .withWebhookOut(WebhookOutConfig.of(posted.url(), "whsec_" + "A".repeat(44)))
                .withFlushInterval(Duration.ofSeconds(2))
                .withTraces(traces));
  }

  private static HttpProviderConfig generic(String url) throws IOException {
    Path headers = Files.createTempFile("headers", ".txt");
    Files.writeString(headers, "Authorization: Bearer generic\n");
    headers.toFile().deleteOnExit();
    return Json.read(
        """
        {"name": "generic", "url": "%s/v1.0/{{address}}/messages", "messageId": "/messages/0/id",
         "headersFile": "%s",
         "body": {"messaging_product": "whatsapp", "to": "{{to}}", "type": "text",
                  "text": {"body": "{{message.text.body}}"},
                  "biz_opaque_callback_data": "{{callback_data}}"}}
        """
            .formatted(url, headers)
            .getBytes(StandardCharsets.UTF_8),
        HttpProviderConfig.class);
  }

  private static String phone(int number) {
    return "+551196%07d".formatted(number);
  }

  private UUID campaignOfAnotherProvider(int recipients) {
    sql.execute(
        "INSERT INTO sluice.sender (id, provider, address, rate_per_second)"
            + " VALUES ('other', 'generic', '777', 200)");
    UUID campaign = campaign(recipients);
    sql.execute("UPDATE sluice.campaign SET sender_id = 'other' WHERE id = ?", campaign);
    return campaign;
  }

  private UUID campaign(int recipients) {
    return campaign(recipients, "{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}");
  }

  private UUID campaign(int recipients, String message) {
    UUID id =
        sql.fetchSingle(
                """
                INSERT INTO sluice.campaign (name, sender_id, message)
                VALUES ('trouble', 's', ?::jsonb) RETURNING id
                """,
                message)
            .get(0, UUID.class);
    sql.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone)
        SELECT ?, '+551196' || lpad(n::text, 7, '0') FROM generate_series(1, ?) AS n
        """,
        id,
        recipients);
    return id;
  }

  private void awaitCompletion(UUID campaign) {
    await().atMost(PATIENCE).until(() -> pipeline.isCompleted(campaign));
  }
}
