package dev.sluice.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.FreePort;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.Json;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class WhatsAppProviderTest {
  private static final SimulatorConfig QUICK =
      SimulatorConfig.friendly(1_000).withLatency(Duration.ofMillis(1), Duration.ofMillis(2));

  @Test
  void sendsOneMessageAndBringsItsId() {
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(QUICK);
        WhatsAppProvider provider = provider(simulator.url())) {
      assertThat(provider.send(message("c:1:1")))
          .isInstanceOfSatisfying(
              Outcome.Accepted.class,
              accepted -> assertThat(accepted.messageId()).startsWith("wamid."));
      assertThat(simulator.accepted().perRecipient()).containsOnlyKeys("c:1:1").containsValue(1);
    }
  }

  @Test
  void warmingUpSendsNothing() {
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(QUICK);
        WhatsAppProvider provider = provider(simulator.url())) {
      provider.warmUp();

      assertThat(simulator.report().accepted()).isZero();
    }
  }

  @Test
  void whoMustNeverSendTwiceHasServerErrorsInDoubt() {
    try (WhatsAppSimulator simulator =
            new WhatsAppSimulator(QUICK.withTrouble(1, 0, Duration.ZERO));
        WhatsAppProvider provider =
            new WhatsAppProvider(
                new WhatsAppConfig(
                    URI.create(simulator.url()),
                    "v26.0",
                    "token",
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    true))) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(Outcome.InDoubt.class);
    }
  }

  /** Another program may have written the campaign's row. */
  @Test
  void nothingInACampaignsMessageNamesAnotherRecipient() {
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(QUICK);
        WhatsAppProvider provider = provider(simulator.url())) {
      JsonNode body =
          Json.MAPPER.readTree(
              "{\"type\":\"text\",\"text\":{\"body\":\"x\"},\"to\":\"+1\","
                  + "\"biz_opaque_callback_data\":\"other\"}");
      provider.send(new OutgoingMessage("1065403", "+5511999990001", body, "c:1:1"));

      assertThat(simulator.accepted().perRecipient()).containsOnlyKeys("c:1:1");
    }
  }

  @Test
  void theProvidersLimitIsThrottling() {
    SimulatorConfig oneASecond =
        SimulatorConfig.friendly(1).withLatency(Duration.ofMillis(1), Duration.ofMillis(2));
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(oneASecond);
        WhatsAppProvider provider = provider(simulator.url())) {
      provider.send(message("c:1:1"));

      assertThat(provider.send(message("c:2:1")))
          .isInstanceOfSatisfying(
              Outcome.Throttled.class, t -> assertThat(t.code()).isEqualTo("130429"));
    }
  }

  @Test
  void anErrorOfTheProvidersIsTriedAgain() {
    try (WhatsAppSimulator simulator =
            new WhatsAppSimulator(QUICK.withTrouble(1, 0, Duration.ZERO));
        WhatsAppProvider provider = provider(simulator.url())) {
      assertThat(provider.send(message("c:1:1")))
          .isInstanceOfSatisfying(
              Outcome.Unavailable.class, t -> assertThat(t.code()).isEqualTo("131000"));
    }
  }

  @Test
  void aMessageWithoutAnswerIsInDoubtBecauseItMayHaveArrived() {
    try (WhatsAppSimulator simulator =
            new WhatsAppSimulator(QUICK.withTrouble(0, 1, Duration.ofSeconds(2)));
        WhatsAppProvider provider = provider(simulator.url())) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(Outcome.InDoubt.class);
      assertThat(simulator.report().accepted()).isOne();
    }
  }

  @Test
  void aRefusedConnectionIsSafeToTryAgain() {
    try (WhatsAppProvider provider = provider("http://localhost:" + FreePort.next())) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(Outcome.Unavailable.class);
    }
  }

  @Test
  void anUnknownHostIsSafeToTryAgain() {
    try (WhatsAppProvider provider = provider("http://nowhere.invalid")) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(Outcome.Unavailable.class);
    }
  }

  @Test
  void anAddressThatFitsNoUrlIsRefusedUnsent() {
    try (WhatsAppProvider provider = provider("http://localhost:" + FreePort.next())) {
      OutgoingMessage message =
          new OutgoingMessage("not an id", "+5511960000000", Json.MAPPER.createObjectNode(), "c");

      assertThat(provider.send(message)).isInstanceOf(Outcome.Refused.class);
    }
  }

  @Test
  void goesByTheErrorsCodeNotByTheStatus() {
    assertThat(outcome(400, "{\"code\":130429}")).isInstanceOf(Outcome.Throttled.class);
    assertThat(outcome(400, "{\"code\":\"131026\",\"message\":\"m\"}"))
        .isEqualTo(new Outcome.Refused("131026", "m"));
    assertThat(outcome(400, "{\"code\":131056}")).isInstanceOf(Outcome.PairLimited.class);
    assertThat(outcome(500, "{\"code\":3}")).isInstanceOf(Outcome.SenderBlocked.class);
  }

  @Test
  void goesByTheStatusWhereTheCodeIsUnknown() {
    assertThat(outcome(429, "{\"code\":99}")).isInstanceOf(Outcome.Throttled.class);
    assertThat(outcome(500, "{\"code\":99}")).isInstanceOf(Outcome.Unavailable.class);
    assertThat(outcome(403, "{\"code\":99}")).isInstanceOf(Outcome.BadRequest.class);
  }

  @Test
  void anAnswerFromSomethingInBetweenLeavesTheMessageInDoubt() {
    JsonNode none = Json.MAPPER.missingNode();

    assertThat(WhatsAppErrors.outcome(502, none, null)).isInstanceOf(Outcome.InDoubt.class);
    assertThat(WhatsAppErrors.outcome(503, none, null)).isInstanceOf(Outcome.Unavailable.class);
  }

  @Test
  void neverShowsTheTokenInItsConfiguration() {
    assertThat(config("http://localhost").toString()).doesNotContain("secret-token");
    assertThatThrownBy(() -> WhatsAppConfig.of("ftp://x", "v26.0", "t"))
        .hasMessageContaining("http");
  }

  private static Outcome outcome(int status, String error) {
    return WhatsAppErrors.outcome(status, Json.MAPPER.readTree(error), null);
  }

  private static WhatsAppProvider provider(String url) {
    return new WhatsAppProvider(config(url));
  }

  private static WhatsAppConfig config(String url) {
    return new WhatsAppConfig(
        URI.create(url),
        "v26.0",
        "secret-token",
        Duration.ofSeconds(5),
        Duration.ofMillis(700),
        false);
  }

  private static OutgoingMessage message(String callbackData) {
    JsonNode body = Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Olá\"}}");
    return new OutgoingMessage("106540352242922", "+5511960000000", body, callbackData);
  }
}
