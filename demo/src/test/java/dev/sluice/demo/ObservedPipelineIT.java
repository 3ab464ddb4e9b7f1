package dev.sluice.demo;

import static dev.sluice.demo.PipelineFixture.PATIENCE;
import static dev.sluice.demo.PipelineFixture.friendly;
import static dev.sluice.demo.TroubledPipeline.phone;
import static dev.sluice.demo.TroubledPipeline.refusals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.console.WebhookOutConfig;
import dev.sluice.local.CollectedSpans;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.Topics;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Tests what other programs see of a run: traces, metrics, records and posted events. */
class ObservedPipelineIT {
  private final TroubledPipeline trouble = new TroubledPipeline();
  private final PipelineFixture pipeline = trouble.pipeline();
  private final CollectedSpans spans = new CollectedSpans();
  private final Traces traces = Traces.exporting(spans, "sluice", 1);
  private final PostedEvents posted = new PostedEvents();

  @AfterEach
  void stop() {
    trouble.close();
    traces.close();
    posted.close();
  }

  /** In one run, as its start takes the longest. */
  @Test
  void aRunIsTracedMeasuredReadableAndPosted() throws Exception {
    WhatsAppSimulator simulator = trouble.start(friendly(), this::observed);
    simulator.setRefusals(refusals(List.of(131026, 131050)));
    UUID campaign = trouble.campaign(5);
    awaitWebhooksOut();
    pipeline.command(campaign, "start");

    trouble.awaitCompletion(campaign);

    aRecipientsWayIsOneTrace(recipient(campaign, phone(1)), "FAILED", 400);
    aRecipientsWayIsOneTrace(recipient(campaign, phone(3)), "SENT", 200);
    recordsOfATracedCampaignSayItsTrace();
    itsEndIsPostedToAnotherProgram(campaign, 2);
    metricsAreThoseThatPeopleRelyOn(campaign);
  }

  private LocalPipelineConfig observed(LocalPipelineConfig settings) {
    return settings
        .withWebhookOut(WebhookOutConfig.of(posted.url(), "whsec_" + "A".repeat(44)))
        .withTraces(traces);
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
    return pipeline
        .sql()
        .fetchSingle(
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
      trouble.start(
          pipeline.simulator(friendly()),
          "http://localhost:" + provider.getAddress().getPort(),
          this::observed);
      UUID campaign = trouble.campaignOfAnotherProvider(3);
      pipeline.command(campaign, "start");
      trouble.awaitCompletion(campaign);
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
}
