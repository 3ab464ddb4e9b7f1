package dev.sluice.console.webhook;

import static dev.sluice.console.WebhookFixture.receipt;
import static dev.sluice.console.WebhookFixture.signature;
import static dev.sluice.console.WebhookFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.WebhookConfig;
import dev.sluice.console.WebhookFixture;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.output.KafkaOutput;
import dev.sluice.console.reply.Replies;
import dev.sluice.console.reply.SentMessages;
import dev.sluice.providers.whatsapp.WebhookCall;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The webhook calls themselves, and receipts. */
class WebhookTest {
  private static final WebhookFixture FIXTURE = WebhookFixture.create();

  @AfterAll
  static void stop() {
    FIXTURE.close();
  }

  @Test
  void answersTheHandshakeWithTheBareChallenge() throws Exception {
    HttpResponse<String> answer = FIXTURE.handshake("verify-me");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("1158201444");
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
  }

  @Test
  void refusesAHandshakeWithTheWrongTokenOrWithoutOneOfOurs() throws Exception {
    assertThat(FIXTURE.handshake("guess").statusCode()).isEqualTo(403);
    try (WebhookFixture withoutSecret = new WebhookFixture(WebhookConfig.NONE)) {
      assertThat(withoutSecret.handshake("").statusCode()).isEqualTo(403);
      assertThat(withoutSecret.post("{}")).isEqualTo(403);
    }
  }

  @Test
  void itemsOfNoUseAreCountedByWhatTheyAre() throws Exception {
    double unreadable = FIXTURE.counted("other", "unreadable");
    double ignored = FIXTURE.counted("other", "ignored");

    assertThat(FIXTURE.post(value("\"statuses\":[{\"status\":7},{\"status\":\"warning\"}]")))
        .isEqualTo(200);

    assertThat(FIXTURE.counted("other", "unreadable") - unreadable).isEqualTo(1);
    assertThat(FIXTURE.counted("other", "ignored") - ignored).isEqualTo(1);
  }

  @Test
  void refusesForgedUnsignedAndOversizedCallsAndWritesNothing() throws Exception {
    UUID campaign = UUID.randomUUID();
    byte[] body = receipt(campaign + ":1:1", "sent", "wamid.c").getBytes(StandardCharsets.UTF_8);

    assertThat(FIXTURE.post(body, null)).isEqualTo(403);
    assertThat(FIXTURE.post(body, signature("other-secret", body))).isEqualTo(403);
    assertThat(FIXTURE.announce(new byte[3 * 1024 * 1024 + 1])).isEqualTo(413);
    assertThat(FIXTURE.results(campaign)).isEmpty();
    assertThat(
            FIXTURE
                .meters
                .get("sluice.console.webhooks.refused")
                .tag("kind", "signature")
                .counter()
                .count())
        .isEqualTo(2);
  }

  @Test
  void turnsReceiptsIntoResultsByTheirCallbackData() throws Exception {
    UUID campaign = UUID.randomUUID();

    assertThat(FIXTURE.post(receipt(campaign + ":7:2", "delivered", "wamid.a"))).isEqualTo(200);

    assertThat(FIXTURE.results(campaign))
        .singleElement()
        .satisfies(result -> {
          assertThat(result.status()).isEqualTo(RecipientStatus.DELIVERED);
          assertThat(result.recipientId()).isEqualTo(7);
          assertThat(result.round()).isEqualTo(2);
          assertThat(result.providerMessageId()).isEqualTo("wamid.a");
          assertThat(result.at()).isEqualTo(Instant.ofEpochSecond(1_750_030_073));
          assertThat(result.aliases()).isNull();
        });
  }

  @Test
  void aReceiptOfATestIsMarkedAsOne() throws Exception {
    UUID test = UUID.randomUUID();

    assertThat(FIXTURE.post(receipt("test:" + test + ":1:1", "delivered", "wamid.t")))
        .isEqualTo(200);

    assertThat(FIXTURE.results(test)).singleElement().matches(SendResult::isForTest);
  }

  @Test
  void aReceiptTellsByWhichNamesTheProviderKnowsItsRecipient() throws Exception {
    UUID campaign = UUID.randomUUID();
    String names =
        "\"recipient_id\":\"551160000001\",\"recipient_user_id\":\"BR.1502576394655843\"";

    assertThat(FIXTURE.post(receipt(campaign + ":7:2", "sent", "wamid.n", names))).isEqualTo(200);

    assertThat(FIXTURE.results(campaign))
        .singleElement()
        .satisfies(result ->
            assertThat(result.aliases()).containsExactly("+551160000001", "BR.1502576394655843"));
  }

  @Test
  void aFailureBringsItsCodeAndAnOptOutIsMarked() throws Exception {
    UUID campaign = UUID.randomUUID();
    String error = "\"errors\":[{\"code\":\"131050\",\"title\":\"stopped\"}]";

    assertThat(FIXTURE.post(receipt(campaign + ":8:1", "failed", "wamid.b", error))).isEqualTo(200);

    assertThat(FIXTURE.results(campaign))
        .singleElement()
        .satisfies(result -> {
          assertThat(result.errorCode()).isEqualTo("131050");
          assertThat(result.errorDetail()).isEqualTo("stopped");
          assertThat(result.optOut()).isTrue();
        });
  }

  /** The provider repeats the call late, and the person may be sent to until then. */
  @Test
  void anOptOutIsStoredThoughKafkaDoesNotTakeTheReceiptBesideIt() {
    double before = FIXTURE.counted();
    KafkaConfig away = new KafkaConfig("nowhere", new Topics("away."), Map.of());
    String call =
        value(
            "\"statuses\":[{\"id\":\"wamid.x\",\"status\":\"read\",\"biz_opaque_callback_data\":\""
                + UUID.randomUUID()
                + ":1:1\"}],\"messages\":[{\"from\":\"5511970000091\",\"type\":\"text\","
                + "\"text\":{\"body\":\"STOP\"}}]");
    try (KafkaOutput output = new KafkaOutput(away, new Health(), FIXTURE.meters);
        ControlsView controls = new ControlsView(away, new Health(), new SimpleMeterRegistry())) {
      WebhookIntake intake =
          new WebhookIntake(
              FIXTURE.sql(),
              output,
              controls,
              new Replies(FIXTURE.sql(), new SentMessages(), output, away.topics()),
              away.topics(),
              List.of("STOP"),
              FIXTURE.meters);

      assertThatThrownBy(
              () -> intake.take(WebhookCall.read(Json.MAPPER.readTree(call), Instant.now())))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("did not take it");
    }
    assertThat(FIXTURE.suppressed("+5511970000091")).isTrue();
    assertThat(FIXTURE.counted()).as("they are counted when they come again").isEqualTo(before);
  }

  @Test
  void aReceiptWithoutOurDataIsFoundByItsMessageIdAndAllOthersAreForeign() throws Exception {
    FIXTURE.sender("w");
    UUID campaign = FIXTURE.campaign("w", "SENDING", "{}");
    // Message ids are not guaranteed to be unique.
    FIXTURE
        .sql()
        .execute(
            "INSERT INTO sluice.campaign_recipient (campaign_id, phone, provider_message_id)"
                + " VALUES (?, '+5511960000001', 'wamid.known'), (?, '+5511960000002', 'wamid.known')",
            campaign,
            campaign);
    String now = "\"timestamp\":\"" + Instant.now().getEpochSecond() + "\"";
    double before = FIXTURE.counted();
    double foreign = FIXTURE.counted("READ", "foreign");
    String mixed =
        value(
            "\"statuses\":["
                + IntStream.range(0, 40)
                    .mapToObj(i ->
                        "{\"id\":\"%s\",\"status\":\"read\",%s}"
                            .formatted(i == 20 ? "wamid.known" : "wamid.other" + i, now))
                    .collect(Collectors.joining(","))
                + "]");

    assertThat(FIXTURE.post(mixed)).as("young ones among them").isEqualTo(200);

    assertThat(FIXTURE.results(campaign))
        .singleElement()
        .satisfies(result -> assertThat(result.status()).isEqualTo(RecipientStatus.READ));
    assertThat(FIXTURE.counted("READ", "foreign") - foreign).isEqualTo(39);
    assertThat(FIXTURE.counted() - before).as("each once").isEqualTo(40);
  }

  @Test
  void timesAreClampedAndUnderstoodInMilliseconds() throws Exception {
    Instant before = Instant.now();
    for (String said :
        List.of("0", "-5", "\"soon\"", "99999999999999999", "null", "1e400", "\"\\u0000\"", "{}")) {
      UUID campaign = UUID.randomUUID();
      String time = "\"timestamp\":" + said;

      assertThat(FIXTURE.post(receipt(campaign + ":1:1", "sent", "wamid.t", time)))
          .as(said)
          .isEqualTo(200);
      assertThat(FIXTURE.results(campaign).getFirst().at())
          .as(said)
          .isBetween(before, Instant.now());
    }
    UUID campaign = UUID.randomUUID();
    String milliseconds = "\"timestamp\":\"1750030073123\"";
    FIXTURE.post(receipt(campaign + ":1:1", "sent", "wamid.t", milliseconds));

    assertThat(FIXTURE.results(campaign).getFirst().at())
        .isEqualTo(Instant.ofEpochMilli(1_750_030_073_123L));
  }
}
