package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Sandbox;
import dev.sluice.schema.Database;
import dev.sluice.schema.Health;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class WebhookTest {
  private static final String SECRET = "app-secret";
  private static final Sandbox SANDBOX = Sandbox.create(1);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();
  private static Console console;
  private static Console withoutSecret;
  private static Database database;
  private static DSLContext sql;

  @BeforeAll
  static void start() {
    console =
        console(new WebhookConfig(Optional.of(SECRET), Optional.of("verify-me"), List.of("STOP")));
    withoutSecret = console(WebhookConfig.NONE);
    database = new Database(SANDBOX.database(), 1, "test", METERS);
    sql = database.sql();
  }

  @AfterAll
  static void stop() {
    console.close();
    withoutSecret.close();
    database.close();
  }

  @Test
  void answersTheHandshakeWithTheBareChallenge() throws Exception {
    HttpResponse<String> answer = handshake(console, "verify-me");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("1158201444");
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
  }

  @Test
  void refusesAHandshakeWithTheWrongTokenOrWithoutOneOfOurs() throws Exception {
    assertThat(handshake(console, "guess").statusCode()).isEqualTo(403);
    assertThat(handshake(withoutSecret, "").statusCode()).isEqualTo(403);
  }

  @Test
  void turnsReceiptsIntoResultsByTheirCallbackData() throws Exception {
    UUID campaign = UUID.randomUUID();

    assertThat(post(receipt(campaign + ":7:2", "delivered", "wamid.a"))).isEqualTo(200);

    assertThat(resultsOf(campaign))
        .singleElement()
        .satisfies(result -> {
          assertThat(result.status()).isEqualTo(RecipientStatus.DELIVERED);
          assertThat(result.recipientId()).isEqualTo(7);
          assertThat(result.round()).isEqualTo(2);
          assertThat(result.providerMessageId()).isEqualTo("wamid.a");
          assertThat(result.at()).isEqualTo(Instant.ofEpochSecond(1_750_030_073));
        });
  }

  @Test
  void aFailureBringsItsCodeAndAnOptOutIsMarked() throws Exception {
    UUID campaign = UUID.randomUUID();
    String failed =
        receipt(campaign + ":8:1", "failed", "wamid.b")
            .replace(
                "\"status\":\"failed\"",
                "\"status\":\"failed\",\"errors\":[{\"code\":\"131050\",\"title\":\"stopped\"}]");

    assertThat(post(failed)).isEqualTo(200);

    assertThat(resultsOf(campaign))
        .singleElement()
        .satisfies(result -> {
          assertThat(result.errorCode()).isEqualTo("131050");
          assertThat(result.errorDetail()).isEqualTo("stopped");
          assertThat(result.optOut()).isTrue();
        });
  }

  @Test
  void aBlockThatIsToldByAReceiptStopsTheSender() throws Exception {
    sql.execute("INSERT INTO sluice.sender (id, address) VALUES ('unpaid', '4711')");
    String failed =
        receipt(UUID.randomUUID() + ":9:1", "failed", "wamid.e")
            .replace(
                "\"status\":\"failed\"",
                "\"status\":\"failed\",\"errors\":[{\"code\":131042,\"title\":\"payment\"}]")
            .replace("\"value\":{", "\"value\":{\"metadata\":{\"phone_number_id\":\"4711\"},");

    assertThat(post(failed)).isEqualTo(200);

    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> sender("unpaid").path("blocked").asBoolean());
    assertThat(sender("unpaid").path("blockReason").asString()).contains("131042");
  }

  private static JsonNode sender(String id) throws Exception {
    URI uri = URI.create("http://localhost:" + console.port() + "/api/senders/" + id);
    return Json.MAPPER.readTree(
        HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray()).body());
  }

  @Test
  void aReceiptWithoutOurDataIsFoundByItsMessageId() throws Exception {
    sql.execute("INSERT INTO sluice.sender (id, address) VALUES ('w', '1') ON CONFLICT DO NOTHING");
    UUID campaign = UUID.randomUUID();
    sql.execute(
        "INSERT INTO sluice.campaign (id, name, sender_id, message) VALUES (?, 'x', 'w', '{}')",
        campaign);
    sql.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, provider_message_id)"
            + " VALUES (?, '+5511960000001', 'wamid.known')",
        campaign);

    assertThat(post(receipt("", "read", "wamid.known"))).isEqualTo(200);

    assertThat(resultsOf(campaign))
        .singleElement()
        .satisfies(result -> assertThat(result.status()).isEqualTo(RecipientStatus.READ));
  }

  @Test
  void aYoungReceiptThatNobodyKnowsYetIsAskedForAgainAndAnOldOneIgnored() throws Exception {
    String old = receipt("", "sent", "wamid.unknown");
    String young = old.replace("1750030073", Long.toString(Instant.now().getEpochSecond()));

    assertThat(post(young)).isEqualTo(503);
    assertThat(post(old)).isEqualTo(200);
  }

  @Test
  void refusesForgedUnsignedMalformedAndOversizedCallsAndWritesNothing() throws Exception {
    UUID campaign = UUID.randomUUID();
    String body = receipt(campaign + ":1:1", "sent", "wamid.c");

    assertThat(post(console, body, null)).isEqualTo(403);
    assertThat(post(console, body, signature("other-secret", body))).isEqualTo(403);
    assertThat(post(withoutSecret, body, signature(SECRET, body))).isEqualTo(403);
    assertThat(post("no json")).isEqualTo(400);
    assertThat(post("[]")).isEqualTo(400);
    assertThat(post(" ".repeat(3 * 1024 * 1024 + 1))).isEqualTo(413);
    assertThat(resultsOf(campaign)).isEmpty();
    assertThat(METERS.get("sluice.console.webhooks.refused").tag("kind", "signature").counter())
        .satisfies(counter -> assertThat(counter.count()).isGreaterThanOrEqualTo(2));
  }

  @Test
  void unknownStatusesAndStrangeFieldsAreIgnored() throws Exception {
    assertThat(post(receipt("x", "deleted", "wamid.d"))).isEqualTo(200);
    assertThat(post("{\"entry\":[{\"changes\":[{\"value\":{\"statuses\":7}}]},null]}"))
        .isEqualTo(200);
  }

  @Test
  void aStopMessageSuppressesItsSender() throws Exception {
    assertThat(post(incoming("5511970000001", " stop "))).isEqualTo(200);
    assertThat(post(incoming("5511970000002", "do not stop"))).isEqualTo(200);

    assertThat(suppressed("+5511970000001")).isTrue();
    assertThat(suppressed("+5511970000002")).isFalse();
  }

  @Test
  void resumeLiftsOnlyWhatStopSet() throws Exception {
    post(incoming("5511970000003", "STOP"));
    post(preference("5511970000003", "resume"));
    post(preference("5511970000004", "stop"));
    assertThat(suppressed("+5511970000003")).isTrue();
    assertThat(suppressed("+5511970000004")).isTrue();

    post(preference("5511970000004", "resume"));
    assertThat(suppressed("+5511970000004")).isFalse();
  }

  private static Console console(WebhookConfig webhooks) {
    return new Console(
        new ConsoleConfig(
            SANDBOX.kafka(), SANDBOX.database(), 0, Optional.empty(), Optional.empty(), webhooks),
        new Health(),
        METERS,
        settings -> {});
  }

  private static boolean suppressed(String phone) {
    return !sql.fetch(
            "SELECT 1 FROM sluice.suppression WHERE phone = ? AND lifted_at IS NULL", phone)
        .isEmpty();
  }

  private static String receipt(String callbackData, String status, String messageId) {
    return value(
        "\"statuses\":[{\"id\":\"%s\",\"status\":\"%s\",\"timestamp\":\"1750030073\",\"biz_opaque_callback_data\":\"%s\"}]"
            .formatted(messageId, status, callbackData));
  }

  private static String incoming(String from, String text) {
    return value(
        "\"messages\":[{\"from\":\"%s\",\"type\":\"text\",\"text\":{\"body\":\"%s\"}}]"
            .formatted(from, text));
  }

  private static String preference(String from, String value) {
    return value(
        "\"user_preferences\":[{\"wa_id\":\"%s\",\"category\":\"marketing_messages\",\"value\":\"%s\",\"timestamp\":1}]"
            .formatted(from, value));
  }

  private static String value(String content) {
    return "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":{"
        + content
        + "}}]}]}";
  }

  private static HttpResponse<String> handshake(Console which, String token) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(
                URI.create(
                    url(which)
                        + "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
                        + token))
            .build(),
        BodyHandlers.ofString());
  }

  private static int post(String body) throws Exception {
    return post(console, body, signature(SECRET, body));
  }

  private static int post(Console which, String body, String signature) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url(which))).POST(BodyPublishers.ofString(body));
    if (signature != null) {
      request.header("X-Hub-Signature-256", signature);
    }
    return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  private static String url(Console which) {
    return "http://localhost:" + which.port() + "/webhooks/whatsapp";
  }

  private static String signature(String secret, String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }

  /** Everything that is on the topic now; a call is answered after Kafka has its results. */
  private static List<SendResult> resultsOf(UUID campaign) {
    List<SendResult> results = new ArrayList<>();
    String topic = SANDBOX.kafka().topics().sendResults();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            SANDBOX.kafka().client(Map.of()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(record -> results.add(Json.read(record.value(), SendResult.class)));
      }
    }
    return results.stream().filter(result -> result.campaignId().equals(campaign)).toList();
  }
}
